import { chainOf } from "./chain.ts";
import { inOrder } from "./names.ts";
import type { MigrationFile } from "./reading.ts";
import { fileLine } from "./summary.ts";

type Lines = Readonly<Record<string, string>>;

/** Of a long history this many files, and up to twice as many, stand in lines of their own: each line costs every `up` something. */
const apart = 50;

const fold = " … ";
const foldable = (count: number): number => Math.max(0, Math.floor((count - apart) / apart) * apart);

/**
 * File name → checksum and what it does, one line a file: what a preview shows. Files that were known for long share one
 * line, with the chain of their checksums. A line that was written for the same bytes stays as it is, so that a release that
 * words it otherwise changes nothing.
 * @param before the lines of the state; `undefined`: all files count as known
 */
export function fileLines(
  files: readonly MigrationFile[],
  before: Lines | undefined,
): Record<string, string> {
  const fresh = before === undefined ? -1 : files.findIndex(({ name }) => !lists(before, name));
  const folded = files.slice(0, foldable(fresh < 0 ? files.length : fresh));
  const [first, last] = [folded[0], folded.at(-1)];
  const line = (file: MigrationFile): string => {
    const known = before?.[file.name];
    return known?.startsWith(`${file.checksum} `) === true ? known : fileLine(file);
  };
  return {
    ...(first === undefined || last === undefined
      ? {}
      : { [`${first.name}${fold}${last.name}`]: `${chainOf(folded).at(-1)} ${folded.length} files` }),
    ...Object.fromEntries(files.slice(folded.length).map((file) => [file.name, line(file)])),
  };
}

/** Whether a file has a line, or a part in one. */
export const lists = (lines: Lines, name: string): boolean =>
  lines[name] !== undefined ||
  Object.keys(lines).some((key) => key.includes(fold) && inOrder(name, throughOf(key)) <= 0);

/** Name → checksum of what lines stand for; of a line for many files only while the files are still the same. */
export function checksums(lines: Lines, files: readonly MigrationFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, line] of Object.entries(lines)) {
    const said = line.slice(0, line.indexOf(" "));
    if (!key.includes(fold)) {
      found.set(key, said);
      continue;
    }
    const folded = files.filter(({ name }) => inOrder(name, throughOf(key)) <= 0);
    if (chainOf(folded).at(-1) === said) for (const file of folded) found.set(file.name, file.checksum);
  }
  return found;
}

const throughOf = (key: string): string => key.slice(key.indexOf(fold) + fold.length);

/** The last of many, by name; of the older ones the database's log keeps the same. */
export const latest = (byName: Lines): Lines =>
  Object.fromEntries(
    Object.entries(byName)
      .sort(([a], [b]) => inOrder(a, b))
      .slice(-2 * apart),
  );
