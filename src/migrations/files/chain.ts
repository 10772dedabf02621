import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { checksum } from "../sql/checksum.ts";
import { inOrder } from "./names.ts";

/** The committed file beside a folder's migrations that holds their chained checksums. */
export const chainFileName = "chain.txt";

/** One line of a chain file. */
export interface Link {
  readonly name: string;
  /** Of the file's bytes. */
  readonly checksum: string;
  /** Of this file and all before it: two branches that add a file each cannot both be right, and conflict in git. */
  readonly chain: string;
  /** In the chain file; 1 is its first line. */
  readonly line: number;
}

/** What does not fit between a folder and its chain. */
export type ChainProblem =
  | {
      readonly kind: "edited";
      readonly name: string;
      readonly line: number;
      readonly recorded: string;
      readonly found: string;
    }
  | { readonly kind: "removed"; readonly name: string; readonly line: number }
  | {
      readonly kind: "addedInTheMiddle";
      readonly name: string;
      readonly line: number;
      readonly before: string;
    }
  | { readonly kind: "broken"; readonly name: string; readonly line: number }
  | { readonly kind: "unrecorded"; readonly name: string; readonly line: number };

/** What the chain needs to know of a file. */
export interface Linked {
  readonly name: string;
  readonly checksum: string;
}

const heading =
  "# The chain of this folder's migrations: name, checksum, checksum of everything so far. `db new` and `db lint` of the command line write it.";

/** The chain's value after one more file. */
export const linked = (before: string, file: Linked): string =>
  checksum(`${before}\n${file.name}\n${file.checksum}`).replace("sha256:", "chain:");

/** The chain's values for files in order: what each line of a right chain file would hold. */
export function chainOf(files: readonly Linked[]): readonly string[] {
  const values: string[] = [];
  for (const file of files) values.push(linked(values.at(-1) ?? "", file));
  return values;
}

/** Reads a folder's chain file; undefined when there is none. A line that is no link (a git conflict, say) is refused. */
export function readChain(folder: string): readonly Link[] | undefined {
  const path = join(folder, chainFileName);
  return existsSync(path) ? parseChain(path, readFileSync(path, "utf8")) : undefined;
}

/** Reads a chain file's text; `path` is for messages. */
export function parseChain(path: string, text: string): readonly Link[] {
  return text.split("\n").flatMap((content, i) => {
    if (content === "" || content.startsWith("#")) return [];
    const [, name, sum, chain] =
      /^(\S+\.sql) (sha256:[0-9a-f]{64}) (chain:[0-9a-f]{64})$/.exec(content) ?? [];
    if (name === undefined || sum === undefined || chain === undefined) {
      throw new UserError({
        what: "The chain file cannot be read",
        where: `${path}:${i + 1}`,
        got: content.length > 120 ? `${content.slice(0, 120)}…` : content,
        expected: "NNNN_name.sql sha256:… chain:…",
        fix: /^[<=>|]{7}/.test(content)
          ? sentence`two branches added migrations: give yours the next number, keep the other branch's lines, and run: ${command("db lint")}`
          : sentence`restore the file from git, then run: ${command("db lint")}`,
      });
    }
    return [{ name, checksum: sum, chain, line: i + 1 }];
  });
}

/** Compares a folder's files, in order, with its chain. `unrecorded` alone is no fault: files that are new at the end. */
export function chainProblems(files: readonly Linked[], chain: readonly Link[]): readonly ChainProblem[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const recorded = new Set(chain.map((link) => link.name));
  const lastLine = chain.at(-1)?.line ?? 1;
  const problems: ChainProblem[] = [];
  let before = "";
  for (const link of chain) {
    const file = byName.get(link.name);
    if (linked(before, link) !== link.chain)
      problems.push({ kind: "broken", name: link.name, line: link.line });
    before = link.chain;
    if (file === undefined) problems.push({ kind: "removed", name: link.name, line: link.line });
    else if (file.checksum !== link.checksum)
      problems.push({
        kind: "edited",
        name: link.name,
        line: link.line,
        recorded: link.checksum,
        found: file.checksum,
      });
  }
  const last = chain.at(-1);
  for (const file of files) {
    if (recorded.has(file.name)) continue;
    const later =
      last === undefined || inOrder(file.name, last.name) > 0
        ? undefined
        : chain.find((link) => inOrder(link.name, file.name) > 0);
    if (later === undefined) problems.push({ kind: "unrecorded", name: file.name, line: lastLine + 1 });
    else problems.push({ kind: "addedInTheMiddle", name: file.name, line: later.line, before: later.name });
  }
  return problems;
}

/** A problem as a refusal, with what to do about it. */
export function chainDiagnostic(folder: string, problem: ChainProblem): UserError {
  const where = `${join(folder, chainFileName)}:${problem.line}`;
  const update = command("db lint", { update: true });
  const again = sentence`and run: ${update}`;
  switch (problem.kind) {
    case "edited":
      return new UserError({
        what: `${problem.name} was edited after it was recorded`,
        where,
        got: problem.found,
        expected: problem.recorded,
        fix: sentence`undo the edit and write a new file; if no shared database has applied it: ${update}; if one has, and the edit changes nothing that runs: ${command("db accept", { database: "<database>", file: problem.name, reason: "why" })}, then ${update}`,
      });
    case "removed":
      return new UserError({
        what: `${problem.name} was removed after it was recorded`,
        where,
        got: "no such file",
        expected: "the file that was recorded",
        fix: sentence`restore it from git; if no shared database has applied it, take its line out ${again}`,
      });
    case "addedInTheMiddle":
      return new UserError({
        what: `${problem.name} was added in the middle`,
        where,
        got: `${problem.name} before ${problem.before}`,
        expected: "new files at the end",
        fix: "give it the next free number",
      });
    case "broken":
      return new UserError({
        what: "The chain does not follow from the lines before it",
        where,
        got: `another value at ${problem.name}`,
        expected: "the checksum of everything so far",
        fix: sentence`restore the chain file from git, ${again}`,
      });
    case "unrecorded":
      return new UserError({
        what: `${problem.name} is not in the chain yet`,
        where,
        got: "no line for it",
        expected: "a line for every file",
        fix: sentence`run: ${command("db lint")}, which records a file once it has a statement and no error`,
      });
    default:
      return problem satisfies never;
  }
}

/** A chain file's whole text for files in order. */
export function chainText(files: readonly Linked[]): string {
  const values = chainOf(files);
  return [heading, ...files.map((file, i) => `${file.name} ${file.checksum} ${values[i]}`), ""].join("\n");
}

/** An older release words the heading otherwise. */
const withoutComments = (text: string): string => text.replaceAll(/^#.*\n/gm, "");

/** Writes the chain file of a folder; says whether anything changed. */
export function writeChain(folder: string, files: readonly Linked[]): boolean {
  const path = join(folder, chainFileName);
  const text = chainText(files);
  if (existsSync(path) && withoutComments(readFileSync(path, "utf8")) === withoutComments(text)) return false;
  writeWhole(path, text);
  return true;
}
