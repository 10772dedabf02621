// Writes docs/reference.md from the docstrings and the keys of a stack file: `node scripts/docs/reference.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Entry, entriesOf } from "./reference/entries.ts";
import { keysText, moduleText } from "./reference/render.ts";
import { modules } from "./reference/sections.ts";
import { withSection } from "./section.ts";

const page = join(import.meta.dirname, "../../docs/reference.md");

/** What every public module exports, by the module's file. Some seconds: the compiler reads all of it. */
export const publicEntries = (): ReadonlyMap<string, readonly Entry[]> =>
  entriesOf(modules.map(({ file }) => file));

/** The page as it should be. */
export const pageWithReference = (entries: ReadonlyMap<string, readonly Entry[]>): string =>
  withSection(
    readFileSync(page, "utf8"),
    "reference",
    [...modules.map((each) => moduleText(each, entries.get(each.file) ?? [])), keysText()].join("\n\n"),
  );

if (import.meta.main) writeFileSync(page, pageWithReference(publicEntries()));
