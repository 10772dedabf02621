import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";

/** What the new project is called and made with. */
export interface InitOptions {
  /** Name of the Pulumi project: part of every URN. */
  readonly name: string;
  /** Compatibility date of its worker: `YYYY-MM-DD`. */
  readonly date: string;
}

/** Text, so that neither a compiler nor an import takes it for code of ours. */
const templates = join(import.meta.dirname, "template");

/** Every file that `init` writes, by its path from the project's folder. */
export const filesOf = (options: InitOptions): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(templates, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".txt"))
      .sort()
      .map((path) => [
        path.replace(/\.txt$/, "").replace(/^github(?=\W)/, ".github"),
        readFileSync(join(templates, path), "utf8")
          .replaceAll("{{name}}", options.name)
          .replaceAll("{{date}}", options.date),
      ]),
  );

/** The folder of the first migration. */
const migrations = "migrations/notes/notes";

/** Chains the first migration, as `db new` and `db lint` do. @returns the file */
export function chainFirstMigration(folder: string): string {
  writeChain(join(folder, migrations), readFolder(join(folder, migrations)));
  return `${migrations}/chain.txt`;
}

/** Lines that .gitignore needs; those that it has already are left as they are. */
export const ignored = [
  "node_modules/",
  ".lockstep/",
  ".env",
  ".env.*",
  "backups/",
  "*.plan",
  "*.key",
  "Pulumi.pr-*.yaml",
];
