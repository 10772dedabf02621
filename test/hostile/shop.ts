import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Clone, clone } from "../clone.ts";
import { migrations, projectText, workers } from "./project-text.ts";

/** What of a clone a hostile change may write to, and what is put back after each. */
const mutable = [
  "project.ts",
  "Pulumi.yaml",
  "Pulumi.prod.yaml",
  "Pulumi.staging.yaml",
  "migrations",
  "workers",
  ".lockstep/config",
  ".lockstep/state",
  ".lockstep/embedded/connection.json",
];

/** A protected stage that is up, with data in every store of it. */
export interface Shop {
  readonly project: Clone;
  /** Puts every file back as it was when the stage was up. */
  readonly restore: () => void;
  readonly remove: () => Promise<void>;
}

const usual = { "api-key": "k-5f1d7c", "db-password": "p-90ab12" };

/** Brings prod of the shop up as a person does, and fills it. */
export async function shopUp(secrets: Readonly<Record<string, string>> = usual): Promise<Shop> {
  const project = await clone({ systems: ["shop", "crm"], prepare });
  const clean = mkdtempSync(join(tmpdir(), "lockstep-clean-"));
  const remove = async (): Promise<void> => {
    rmSync(clean, { recursive: true, force: true });
    await project.remove();
  };
  try {
    for (const [name, value] of Object.entries(secrets)) await expectDone(setSecret(project, name, value));
    await expectDone(project.deploy("prod"));
    const filled = await visit(project, "/fill");
    if (filled !== "filled") throw new Error(`the shop was not filled: ${filled}`);
    for (const each of mutable) cpSync(join(project.folder, each), join(clean, each), { recursive: true });
    const restore = (): void => {
      for (const each of mutable) {
        rmSync(join(project.folder, each), { recursive: true, force: true });
        cpSync(join(clean, each), join(project.folder, each), { recursive: true });
      }
    };
    return { project, restore, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Asks the shop at its own domain, which no name server knows. */
const visit = (project: Clone, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const to = {
      host: "127.0.0.1",
      port: project.embedded.frontPort,
      path,
      headers: { host: "api.shop.test" },
    };
    get(to, (answer) => text(answer).then(resolve, reject)).on("error", reject);
  });

function prepare(folder: string): void {
  for (const each of ["migrations", "workers/dome", "workers/jobmatch", "workers/portfolio", "workers/taco"])
    rmSync(join(folder, each), { recursive: true, force: true });
  for (const [path, text] of Object.entries({ "project.ts": projectText, ...workers, ...migrations })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const path of ["migrations/shop/orders", "migrations/crm/people"])
    writeChain(join(folder, path), readFolder(join(folder, path)));
}

/** From standard input, as the manual says: what is typed on a command line stands in the list of processes. */
export async function setSecret(
  { folder, run }: Clone,
  name: string,
  value: string,
): ReturnType<Clone["run"]> {
  const file = join(folder, "value.txt");
  writeFileSync(file, value);
  try {
    return await run("sh", ["-c", `just secret prod ${name} < value.txt`]);
  } finally {
    rmSync(file);
  }
}

async function expectDone(running: ReturnType<Clone["just"]>): Promise<void> {
  const { code, out } = await running;
  if (code !== 0) throw new Error(out);
}
