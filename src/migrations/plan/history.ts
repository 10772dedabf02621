import { command, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { DatabaseSnapshot } from "../database/snapshot.ts";
import type { ChainProblem, Link } from "../files/chain.ts";
import { chainDiagnostic, chainProblems } from "../files/chain.ts";
import { inOrder } from "../files/names.ts";
import type { MigrationFile } from "../files/reading.ts";
import { squashedPast, type TakenOver } from "./squashed-past.ts";

/** A folder's files against a database's ledger. */
export interface History {
  readonly applied: readonly MigrationFile[];
  readonly pending: readonly MigrationFile[];
  /** Applied by wrangler: in the ledger, not in our log. */
  readonly unlogged: readonly MigrationFile[];
  /** Applied by our log, and no longer in the ledger. */
  readonly unledgered: readonly MigrationFile[];
  /** A squashed file that takes the place of the files it stands for. */
  readonly squash: TakenOver | undefined;
  /**
   * The names that count as applied, in the order in which they were; those of {@link unledgered} where their names put them, and a
   * squashed file's for those that it stands for.
   */
  readonly ledger: readonly string[];
  readonly refusals: readonly Diagnostic[];
}

/** Where a folder is and what it is for, in messages. */
export interface Subject {
  /** `dome/silo`. */
  readonly label: string;
  /** `migrations/dome/silo`. */
  readonly folder: string;
}

/** Compares files, chain, ledger and log. Every disagreement is a refusal that names its repair. */
export function history(
  subject: Subject,
  files: readonly MigrationFile[],
  chain: readonly Link[] | undefined,
  database: DatabaseSnapshot,
): History {
  const byName = new Map(files.map((file) => [file.name, file]));
  const log = new Map(database.log.map((entry) => [entry.name, entry]));
  const inLedger = new Set(database.ledger);
  // Both rows are written in one transaction: whoever has the one had the other.
  const unledgered =
    database.ledgerKind === "wrangler"
      ? files.filter(({ name }) => log.has(name) && !inLedger.has(name))
      : [];
  const past = squashedPast(subject, files, database);
  const squash = past.taken;
  const kept =
    squash === undefined
      ? database.ledger
      : [squash.file.name, ...database.ledger.filter((name) => !squash.names.includes(name))];
  const names = withThose(kept, unledgered);
  const ledger = new Set(names);
  const applied = files.filter((file) => ledger.has(file.name));
  const pending = files.filter((file) => !ledger.has(file.name));
  const refusals: Diagnostic[] = [
    ...foreignHistory(subject, database),
    ...chainRefusals(subject, files, chain, ledger),
  ];
  // What is wrong with a squashed past says all that there is to say about its names.
  if (past.refusals.length > 0)
    return {
      ...{ applied, pending, unlogged: [], unledgered: [], squash, ledger: names },
      refusals: [...foreignHistory(subject, database), ...past.refusals],
    };
  for (const [position, name] of names.entries()) {
    const file = byName.get(name);
    if (file === undefined) {
      refusals.push(removed(subject, name, position, log.get(name)?.checksum, pending));
      continue;
    }
    const recorded = log.get(name)?.checksum.replace(/^adopted:/, "");
    if (recorded !== undefined && recorded !== file.checksum) {
      refusals.push({
        what: `${name} was edited after it was applied`,
        where: file.path,
        got: file.checksum,
        expected: `${recorded}, as applied to ${subject.label}`,
        fix: sentence`undo the edit and write a new file; if the edit changes nothing that runs (a comment): ${command("db accept", { database: subject.label, file: name, reason: "why" })}`,
      });
    }
  }
  refusals.push(...order(subject, applied, pending, names), ...sameNumbers(files, ledger, chain ?? []));
  return {
    applied,
    pending,
    unlogged:
      database.ledgerKind === "wrangler"
        ? applied.filter((file) => !log.has(file.name) && file !== squash?.file)
        : [],
    unledgered,
    squash,
    ledger: names,
    refusals,
  };
}

/** Each before the first name that comes after it. */
function withThose(ledger: readonly string[], lost: readonly MigrationFile[]): readonly string[] {
  const names = [...ledger];
  for (const { name } of lost) {
    const at = names.findIndex((other) => inOrder(other, name) > 0);
    names.splice(at < 0 ? names.length : at, 0, name);
  }
  return names;
}

function foreignHistory({ label }: Subject, database: DatabaseSnapshot): readonly Diagnostic[] {
  const say = (got: string, expected: string, fix: Sentence): readonly Diagnostic[] => [
    { what: "The database has a history that is not in the ledger", where: label, got, expected, fix },
  ];
  const baseline = sentence`adopt it once: ${command("db baseline", { database: label, infer: true })} proposes which files it already has`;
  if (database.ledgerKind === "alchemy")
    return say(
      `Alchemy's d1_migrations with ${database.ledger.length} files`,
      "wrangler's d1_migrations",
      baseline,
    );
  if (database.ledgerKind === "unknown")
    return say(
      "a table d1_migrations of another shape",
      "wrangler's d1_migrations (id, name, applied_at)",
      sentence`rename that table aside, then ${baseline}`,
    );
  if (database.drizzle !== undefined && database.ledger.length === 0)
    return say(
      `drizzle's __drizzle_migrations with ${database.drizzle.length} files`,
      "wrangler's d1_migrations",
      baseline,
    );
  if (database.ledger.length === 0 && database.schema.length > 0) {
    const tables = database.schema.filter(({ type }) => type === "table").map(({ name }) => name);
    return say(
      `tables but no applied file: ${tables.slice(0, 5).join(", ")}${tables.length > 5 ? " …" : ""}`,
      "an empty database, or a ledger",
      baseline,
    );
  }
  return [];
}

function removed(
  { label, folder }: Subject,
  name: string,
  position: number,
  recorded: string | undefined,
  pending: readonly MigrationFile[],
): Diagnostic {
  const renamed = pending.find((file) => recorded?.replace(/^adopted:/, "") === file.checksum);
  if (recorded === undefined)
    return {
      what: `${name} was applied by another tool, and there is no file of it`,
      where: `${label}, place ${position + 1} of the ledger`,
      got: `no ${folder}/${name}`,
      expected: `${folder}/${name}`,
      fix: sentence`bring the file here as it was applied, then: ${command("db lint")}; should it have been here: git log --diff-filter=D -- ${folder}/${name}`,
    };
  return {
    what:
      renamed === undefined
        ? `${name} was applied, and its file is gone`
        : `${name} was applied, and is called ${renamed.name} now`,
    where: `${label}, place ${position + 1} of the ledger`,
    got: renamed === undefined ? `no ${folder}/${name}` : renamed.path,
    expected: `${folder}/${name}`,
    fix:
      renamed === undefined
        ? `restore it from git: git log --diff-filter=D -- ${folder}/${name}`
        : `give it its name back: git mv ${renamed.path} ${folder}/${name}`,
  };
}

function order(
  { label }: Subject,
  applied: readonly MigrationFile[],
  pending: readonly MigrationFile[],
  ledger: readonly string[],
): readonly Diagnostic[] {
  const last = applied.at(-1);
  const refusals: Diagnostic[] = [];
  for (const file of pending) {
    if (last === undefined || inOrder(file.name, last.name) > 0) continue;
    refusals.push({
      what: `${file.name} comes before a file that is applied already`,
      where: file.path,
      got: `${file.name} after ${last.name} was applied to ${label}`,
      expected: "new files at the end",
      fix: sentence`${later(file, last)}, then: ${command("db lint")}`,
    });
  }
  const asApplied = ledger.filter((name) => applied.some((file) => file.name === name));
  const swapped = asApplied.findIndex((name, i) => i > 0 && inOrder(name, asApplied[i - 1] ?? "") < 0);
  if (swapped > 0) {
    refusals.push({
      what: "Files were applied in another order than they have now",
      where: `${label}, place ${swapped + 1} of the ledger`,
      got: `${asApplied[swapped]} after ${asApplied[swapped - 1]}`,
      expected: "the order of the numbers",
      fix: sentence`if the schema is right as it is: ${command("db accept", { database: label, file: asApplied[swapped], reason: "why" })}`,
    });
  }
  return refusals;
}

/** How a file gets a name behind the last one that is applied. */
function later(file: MigrationFile, last: MigrationFile): Sentence {
  if (last.number === undefined) return `rename it, so that it comes after ${last.name} in the alphabet`;
  const next = String(last.number + 1).padStart(4, "0");
  const name = file.number === undefined ? `${next}_${file.name}` : file.name.replace(/^\d+/, next);
  return `give it the next number: git mv ${file.path} ${file.path.replace(file.name, name)}`;
}

/** Of the same number may be what a chain holds: their order is theirs by name, everywhere. */
function sameNumbers(
  files: readonly MigrationFile[],
  ledger: ReadonlySet<string>,
  chain: readonly Link[],
): readonly Diagnostic[] {
  const recorded = new Set([...ledger, ...chain.map(({ name }) => name)]);
  return files.flatMap((file, i) => {
    const before = files[i - 1];
    if (before === undefined || file.number === undefined || before.number !== file.number) return [];
    if (recorded.has(file.name) && recorded.has(before.name)) return [];
    const late = ledger.has(file.name) ? before : file;
    return [
      {
        what: "Two files have the same number",
        where: late.path,
        got: `${before.name} and ${file.name}`,
        expected: "one file a number",
        fix: sentence`give ${late.name} the next free number, then: ${command("db lint")}`,
      },
    ];
  });
}

function chainRefusals(
  { folder }: Subject,
  files: readonly MigrationFile[],
  chain: readonly Link[] | undefined,
  ledger: ReadonlySet<string>,
): readonly Diagnostic[] {
  if (chain === undefined) {
    if (files.length === 0) return [];
    return [
      {
        what: "The folder has no chain file",
        where: folder,
        got: "no chain.txt",
        expected: "the chain of the folder's checksums, committed",
        fix: sentence`restore it from git; for a folder that never had one: ${command("db lint")}`,
      },
    ];
  }
  // An applied file's own checksum in the log says more than the chain: no second diagnostic about it.
  const told = (problem: ChainProblem): boolean =>
    ledger.has(problem.name) && (problem.kind === "edited" || problem.kind === "removed");
  return chainProblems(files, chain)
    .filter((problem) => !told(problem))
    .map((problem) => chainDiagnostic(folder, problem).diagnostic);
}
