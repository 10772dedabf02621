import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { command, named, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { CorpusStatement } from "./corpus.ts";

/** What one worker was seen to run, by database (`dome/silo`): committed, so that a pull request shows what changes. */
const fileShape = z.strictObject({
  worker: z.string(),
  statements: z.record(z.string(), z.array(z.string())),
});
export type WorkerCorpus = z.infer<typeof fileShape>;

/** Where the corpus of a system is, from the project's root: one file a worker. */
export const corpusFolder = (system: string): string => join("corpus", system);

/** The statements that any worker of the system is known to run against a database. */
export function knownStatements(root: string, label: string): readonly CorpusStatement[] {
  const system = label.split("/")[0] ?? "";
  return readCorpus(root, system).flatMap(({ worker, statements }) =>
    (statements[label] ?? []).map((sql) => ({ worker, sql })),
  );
}

function readCorpus(root: string, system: string): readonly WorkerCorpus[] {
  const folder = join(root, corpusFolder(system));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readOne(join(folder, name)));
}

function readOne(path: string): WorkerCorpus {
  const complain = (got: string, cause?: unknown): UserError =>
    new UserError(
      {
        what: "A corpus file cannot be read",
        where: path,
        got,
        expected: sentence`what \`${named("db corpus")}\` writes`,
        fix: sentence`restore it from git, or write it again: ${command("db corpus")}`,
      },
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw complain(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = fileShape.safeParse(value);
  if (!parsed.success) throw complain(z.prettifyError(parsed.error));
  return parsed.data;
}

/** Writes a worker's file, sorted, so that it changes only when what the worker runs does. Says whether it did. */
export function writeCorpus(root: string, system: string, corpus: WorkerCorpus): boolean {
  const path = join(root, corpusFolder(system), `${corpus.worker}.json`);
  const statements = Object.fromEntries(
    Object.entries(corpus.statements)
      .map(([label, all]): [string, string[]] => [label, [...new Set(all)].sort()])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const text = `${JSON.stringify({ worker: corpus.worker, statements }, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, text);
  return true;
}
