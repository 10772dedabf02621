import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { parsedJson } from "../../files/json.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { type Entry, entry } from "./entry.ts";

/** A release's journal: one JSON a line, only ever appended to. It is all that a release knows of itself. */
export interface Journal {
  readonly file: string;
  /** The same array as long as nothing was appended. */
  readonly entries: () => readonly Entry[];
  /** On the disk when it returns. Others may append too. */
  readonly append: (line: Entry) => void;
}

/** @param folder of a stage's releases */
export const journalOf = (folder: string, id: string): Journal => {
  const file = join(folder, `${id}.jsonl`);
  let known: { readonly size: number; readonly entries: readonly Entry[] } = { size: -1, entries: [] };
  return {
    file,
    entries() {
      const { size } = statSync(file);
      if (size !== known.size) known = { size, entries: read(file) };
      return known.entries;
    },
    append(line) {
      try {
        appendTo(file, line);
      } catch (error) {
        throw unwritten(file, error);
      }
    },
  };
};

function appendTo(file: string, line: Entry): void {
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, "a");
  try {
    // A line that a kill cut off has no end: what comes next begins a line of its own.
    const cut = readFileSync(file, "utf8");
    const start = cut === "" || cut.endsWith("\n") ? "" : "\n";
    appendFileSync(handle, `${start}${JSON.stringify(line)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A full disk, a folder that may not be written: what the release did last is done, and is done again when it goes on. */
const unwritten = (file: string, error: unknown): unknown =>
  error instanceof Error && "code" in error
    ? new UserError(
        {
          what: "The release's journal cannot be written",
          where: file,
          got: error.message,
          expected: "a file that takes another line",
          fix: "make room, or mend who may write it",
        },
        { cause: error },
      )
    : error;

/** A journal as it was read elsewhere, whole or not at all. */
export function writeJournal(folder: string, id: string, entries: readonly Entry[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = entries.map((each) => `${JSON.stringify(each)}\n`);
  writeWhole(join(folder, `${id}.jsonl`), lines.join(""));
}

/** Ids of a stage's releases, the newest first: they begin with the time. */
export function releasesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => (name.endsWith(".jsonl") ? [name.slice(0, -".jsonl".length)] : []))
      .sort()
      .reverse();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function read(file: string): readonly Entry[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, at) => {
    if (line === "") return [];
    const parsed = entry.safeParse(parsedJson(line));
    if (parsed.success) return [parsed.data];
    // What was being written when the machine went down was not acted upon.
    if (parsedJson(line) === undefined) return [];
    throw new UserError({
      what: "A line of a release's journal cannot be read",
      where: `${file}:${at + 1}`,
      got: line.slice(0, 200),
      expected: "what this version, or an earlier one, wrote",
      fix: "go on with the version of lockstep that began the release",
    });
  });
}
