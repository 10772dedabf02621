import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { bundlesFolder } from "./bundle.ts";

const mapShape = z.object({
  version: z.number(),
  sources: z.array(z.string()),
  names: z.array(z.string()),
  mappings: z.string(),
});
const origin = z.object({ fileName: z.string(), lineNumber: z.number(), columnNumber: z.number() });

/** Says where in the sources something is, for a text with places in a bundle such as `index.js:12:7`. Others stay as they are. */
export type Positions = (text: string) => string;

/** The bundle that an upload took its modules from, by the path of one of them. */
export const digestOfContentFile = (path: string): string | undefined =>
  new RegExp(`${bundlesFolder}/([0-9a-f]{64})/`).exec(path)?.[1];

/** Reads the text of a source map. */
export const sourceMapOf = (text: string): SourceMap =>
  new SourceMap({ ...mapShape.parse(JSON.parse(text)), file: "", sourcesContent: [], sourceRoot: "" });

/** The places of one bundle. */
export function positionsOf(digest: string, root: string): Positions {
  const file = join(root, bundlesFolder, digest, "index.js.map");
  if (!existsSync(file)) return (text) => text;
  const map = sourceMapOf(readFileSync(file, "utf8"));
  return (text) =>
    text.replace(/\bindex\.js:(\d+)(?::(\d+))?/g, (place, line: string, column: string | undefined) => {
      const found = origin.safeParse(map.findOrigin(Number(line), Number(column ?? 1)));
      if (!found.success) return place;
      const { fileName, lineNumber, columnNumber } = found.data;
      return `${relative(root, resolve(root, bundlesFolder, "out", fileName))}:${lineNumber}${column === undefined ? "" : `:${columnNumber}`}`;
    });
}
