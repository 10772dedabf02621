import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Ran } from "../../harness/run.ts";
import { differences, type Inventory, inventory } from "./inventory.ts";
import type { Row } from "./row.ts";
import type { Shop } from "./shop.ts";

/** What came of a hostile change. */
export interface Attempt {
  readonly ran: Ran;
  /** What it left otherwise in the account; undefined where that is looked at later, together with others. */
  readonly changed: readonly string[] | undefined;
}

/** Whether a row's command is one that changes the account where it is not refused: only after those the account is looked at at once. */
const mayChange = ({ run }: Row): boolean => run.some((word) => word === "up");

/** Makes a change and runs its command; everything is put back afterwards. @param known what the account has */
export async function attempt({ project, restore }: Shop, row: Row, known: Inventory): Promise<Attempt> {
  try {
    apply(project.folder, row);
    await row.before?.(project);
    const before = row.before === undefined ? known : await inventory(project, "prod");
    const [program, ...words] = row.run;
    const ran = await (program === "pulumi" ? project.pulumi(words, row.env) : project.just(words, row.env));
    const changed = mayChange(row) ? differences(before, await inventory(project, "prod")) : undefined;
    return { ran, changed };
  } finally {
    restore();
    await row.after?.(project);
  }
}

function apply(folder: string, { edits = {}, files = {}, stackFile }: Row): void {
  const path = join(folder, "project.ts");
  let text = readFileSync(path, "utf8");
  for (const [from, to] of Object.entries(edits)) {
    if (text.split(from).length !== 2) throw new Error(`project.ts does not have once: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(path, text);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (content === undefined) rmSync(join(folder, name), { recursive: true });
    else writeFileSync(join(folder, name), content);
  }
  if (stackFile === undefined) return;
  const own = join(folder, "Pulumi.prod.yaml");
  writeFileSync(own, readFileSync(own, "utf8").replace(/^config:$/m, `config:\n${stackFile}`));
}
