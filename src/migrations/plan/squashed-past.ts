import { command, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { DatabaseSnapshot } from "../database/snapshot.ts";
import { inOrder } from "../files/names.ts";
import type { MigrationFile } from "../files/reading.ts";
import { squashProblems } from "../files/squashed.ts";

/** A squashed file that takes the place of the files it stands for: all of them are applied. */
export interface TakenOver {
  readonly file: MigrationFile;
  /** The names whose rows it takes the place of, in their order. */
  readonly names: readonly string[];
  /** Whether our log has the content of each: wrangler's ledger alone has names. */
  readonly isLogged: boolean;
}

/** What a folder's squashed file is to one database. */
export interface SquashedPast {
  /** Undefined: there is none, it counts as applied already, or it runs as any other file of a new database. */
  readonly taken: TakenOver | undefined;
  readonly refusals: readonly Diagnostic[];
}

/** What messages call the database and its folder. */
interface Subject {
  readonly label: string;
  readonly folder: string;
}

/**
 * Holds a squashed file against a database: where exactly the files that it stands for are applied, with the content that was
 * squashed, it takes their place; where only some of them are, or others, it is refused.
 */
export function squashedPast(
  subject: Subject,
  files: readonly MigrationFile[],
  { ledger, ledgerKind, log }: DatabaseSnapshot,
): SquashedPast {
  const nothing = { taken: undefined, refusals: [] };
  const refused = (...refusals: readonly Diagnostic[]): SquashedPast => ({ taken: undefined, refusals });
  const wrong = squashProblems(subject.folder, files);
  if (wrong.length > 0) return refused(...wrong);
  const [file] = files;
  if (file === undefined || file.squashes.length === 0 || ledgerKind !== "wrangler") return nothing;
  const logged = new Map(log.map((entry) => [entry.name, entry.checksum.replace(/^adopted:/, "")]));
  if (ledger.includes(file.name) || logged.has(file.name)) return nothing;
  const names = file.squashes.map(({ name }) => name);
  // One whose row the ledger lost is known from the log, as ever.
  const applied = names.filter((name) => ledger.includes(name) || logged.has(name));
  if (applied.length === 0) return ledger.length === 0 ? nothing : refused(others(subject, file, ledger));
  const missing = names.filter((name) => !applied.includes(name));
  if (missing.length > 0) return refused(behind(subject, file, applied, missing));
  const other = file.squashes.filter(({ name, checksum }) => (logged.get(name) ?? checksum) !== checksum);
  if (other.length > 0) return refused(...other.map(({ name }) => edited(subject, file, name)));
  const first = ledger.filter((name) => names.includes(name) || inOrder(name, file.name) < 0);
  const expected = names.filter((name) => ledger.includes(name));
  if (first.join("\n") !== expected.join("\n")) return refused(otherOrder(subject, file, first));
  return { taken: { file, names, isLogged: names.every((name) => logged.has(name)) }, refusals: [] };
}

/** The commands that bring a folder back to what it was, for this stage's sake. */
const asBefore = ({ label }: Subject, file: MigrationFile, then: Sentence): Sentence =>
  sentence`go back to the commit before the squash (git checkout "$(git log -1 --format=%H --diff-filter=A -- ${file.path})^"), ${then}, then come back here (git checkout -) and run this again; what ${label} has: ${command("db status")}`;

const behind = (
  subject: Subject,
  file: MigrationFile,
  applied: readonly string[],
  missing: readonly string[],
): Diagnostic => ({
  what: `${file.name} stands for ${file.squashes.length} files, and only ${applied.length} of them are applied`,
  where: `${subject.label}, ${file.path}`,
  got: `not applied: ${missing.join(", ")}`,
  expected: "all of them applied, or an empty database",
  fix: asBefore(
    subject,
    file,
    sentence`apply the old files (${command("up")}, and contract files by ${command("db contract")})`,
  ),
});

/** An earlier squash that it has not taken over, for one. */
const others = (subject: Subject, file: MigrationFile, ledger: readonly string[]): Diagnostic => ({
  what: `${file.name} stands for ${file.squashes.length} files, and none of them is applied, but others are`,
  where: `${subject.label}, ${file.path}`,
  got: ledger.join(", "),
  expected: `${file.squashes.map(({ name }) => name).join(", ")}; or an empty database`,
  fix: asBefore(subject, file, sentence`bring it up there (${command("up")})`),
});

const edited = (subject: Subject, file: MigrationFile, name: string): Diagnostic => ({
  what: `${name} was applied with another content than ${file.name} stands for`,
  where: `${subject.label}, ${file.path}`,
  got: "another checksum in the database's log",
  expected: file.squashes.find((one) => one.name === name)?.checksum ?? "",
  fix: asBefore(
    subject,
    file,
    sentence`look at what differs, and take it as it is if it changes nothing that runs (${command("db accept", { database: subject.label, file: name, reason: "why" })})`,
  ),
});

const otherOrder = (subject: Subject, file: MigrationFile, first: readonly string[]): Diagnostic => ({
  what: `The files that ${file.name} stands for were applied in another order, or with others between them`,
  where: `${subject.label}, ${file.path}`,
  got: first.join(", "),
  expected: file.squashes.map(({ name }) => name).join(", "),
  fix: asBefore(subject, file, sentence`put that right first (${command("db plan")} says how)`),
});

/** The folder's files that a ledger counts as applied, also a squashed one whose own row is yet to come. */
export const countedApplied = (
  files: readonly MigrationFile[],
  ledger: readonly string[],
): readonly MigrationFile[] =>
  files.filter(
    ({ name, squashes }) =>
      ledger.includes(name) || (squashes.length > 0 && squashes.every((one) => ledger.includes(one.name))),
  );
