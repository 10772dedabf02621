import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "../../clone.ts";
import { type Row, up } from "../row.ts";

const stateFile = ".lockstep/state/.pulumi/stacks/lockstep/prod.json";

function editState(project: Clone, change: (text: string) => string): void {
  const path = join(project.folder, stateFile);
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error("the state was not changed");
  writeFileSync(path, after);
}

/** As `pulumi stack init` leaves it. */
function emptied(text: string): string {
  const known = JSON.parse(text);
  known.checkpoint.latest.resources = [];
  return JSON.stringify(known);
}

/** The stack's state, edited or lost. */
export const state: readonly Row[] = [
  {
    what: "the account is exchanged in the state",
    before: (project) =>
      editState(project, (text) => {
        const id = project.embedded.accounts.find(({ name }) => name === "prod")?.id ?? "";
        return text.replaceAll(id, "f".repeat(32));
      }),
    run: up,
    names: ["This stack lives in another account"],
    remedy: "embeddedAccount",
  },
  {
    what: "the state is lost, and the stack comes up anew",
    before: (project) => editState(project, (text) => emptied(text)),
    run: up,
    names: ["Stack prod has no state, and its account has shop/orders already"],
    remedy: "just state-restore prod",
  },
];
