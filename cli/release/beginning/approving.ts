import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { progressOf } from "../../../src/release/driver/progress.ts";
import type { Journal } from "../../../src/release/journal/journal.ts";
import { waitingText } from "../../../src/release/waiting.ts";
import type { Request } from "../request.ts";

/** A manual gate is opened when the release waits for it: whoever opens it has seen what came before. */
export function refuseUnasked({ wish, gate, stage }: Request, under: Journal): void {
  if (wish !== "approve") return;
  const { waiting, id, prepared } = progressOf(under.entries());
  if (waiting?.for === "approval" && waiting.name === gate) return;
  const names = [...new Set(prepared?.positions.flatMap(({ approval = [] }) => approval))];
  throw new UserError({
    what: `Release ${id} does not wait for ${gate}`,
    where: "--approve",
    got: waiting === undefined ? "a release that waits for nobody" : waitingText(waiting),
    expected: `the name of the manual gate that it waits for${names.length === 0 ? "" : `; its plan has ${names.join(", ")}`}`,
    fix:
      waiting?.for === "approval"
        ? sentence`${command("release", { stage: stage.name, approve: waiting.name, reason: "<why>" })}`
        : "open it when the release waits for it: the screen, the journal and status say so",
  });
}
