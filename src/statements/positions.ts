import { join, normalize } from "node:path";
import { sourceMapOf } from "../bundle/positions.ts";

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Where an offset of the bundle comes from.
 * @param mapText the source map, undefined where there is none: then places are those of the bundle
 * @param folder from the project's root: where the map's paths begin
 */
export function positionsIn(
  code: string,
  {
    name,
    mapText,
    folder,
  }: { readonly name: string; readonly mapText: string | undefined; readonly folder: string },
): (offset: number) => Position {
  const starts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  // Megabytes of it, where the bundle is large: read when something is found.
  let map: ReturnType<typeof sourceMapOf> | undefined;
  return (offset) => {
    if (mapText !== undefined) map ??= sourceMapOf(mapText);
    const line = lineAt(starts, offset);
    const column = offset - (starts[line] ?? 0);
    const entry = map?.findEntry(line, column);
    return entry !== undefined && "originalSource" in entry && entry.originalSource
      ? {
          file: normalize(join(folder, entry.originalSource)),
          // Within a template literal the bundle has the source's lines, and one mapping for all of them.
          line: entry.originalLine + 1 + (line - entry.generatedLine),
          column: entry.generatedLine === line ? entry.originalColumn + 1 : column + 1,
        }
      : { file: name, line: line + 1, column: column + 1 };
  };
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
