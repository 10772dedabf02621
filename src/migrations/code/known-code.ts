import type { SystemStatements } from "../../statements/kept.ts";
import type { Job } from "../plan/job.ts";
import type { CorpusStatement } from "./corpus.ts";
import { knownStatements } from "./corpus-file.ts";
import { type Recorded, readRecorded } from "./corpus-live.ts";

/** Where code is asked about. */
export interface CodeQuestion {
  /** The project's root: where `corpus/` is. */
  readonly root: string;
  /** Physical names of the workers that bind the database. */
  readonly workers: readonly string[];
  /** The database; undefined while it does not exist: no code has run on it. */
  readonly job: Job | undefined;
  /** What the code that is about to be deployed gives to the system's databases. @default - no code is at hand */
  readonly written?: SystemStatements | undefined;
}

/** What the code about to be deployed gives to this database for sure, as far as all of its text is known. */
export const writtenFor = (
  label: string,
  written: SystemStatements | undefined,
): readonly CorpusStatement[] =>
  (written?.workers ?? []).flatMap(({ worker, statements }) =>
    statements
      .filter(({ databases }) => databases.length === 1 && databases[0] === label.split("/")[1])
      .flatMap(({ forms }) => forms.filter(({ complete }) => complete).map(({ sql }) => ({ worker, sql }))),
  );

/** What is known of the code that runs on a database: of the versions that serve, and beside that what is written down. */
export async function knownCode(label: string, { root, workers, job }: CodeQuestion): Promise<KnownCode> {
  const recorded = job === undefined ? { versions: [], statements: [] } : await readRecorded(job, workers);
  const seen = new Set(recorded?.statements.map(({ sql }) => sql));
  return { recorded, seen, written: knownStatements(root, label).filter(({ sql }) => !seen.has(sql)) };
}

/**
 * What the code about to be deployed gives to a database and nothing was seen to run yet. None where nothing is known at all: all of it
 * would be new each time.
 */
export async function newCode(label: string, question: CodeQuestion): Promise<readonly CorpusStatement[]> {
  const given = writtenFor(label, question.written);
  if (given.length === 0) return [];
  const { recorded, seen, written } = await knownCode(label, question);
  const known = new Set([...seen, ...written.map(({ sql }) => sql)]);
  return known.size === 0 || recorded?.versions.length === 0
    ? []
    : given.filter(({ sql }) => !known.has(sql));
}

export interface KnownCode {
  /** undefined where nothing is recorded: on a real account. */
  readonly recorded: Recorded | undefined;
  /** The texts of what was recorded. */
  readonly seen: ReadonlySet<string>;
  /** What `corpus/` has besides. */
  readonly written: readonly CorpusStatement[];
}
