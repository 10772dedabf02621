import type { Page } from "./page.ts";
import { jsonArray } from "./row-bytes.ts";

/** A page as a line of a backup's file: `{"table":…,"rows":[…]}`. */
export function pageLine(page: Page): string | Uint8Array {
  const { name } = page.table;
  const { bytes } = page;
  return bytes === undefined
    ? `${JSON.stringify({ table: name, rows: page.rows })}\n`
    : jsonArray(bytes, `{"table":${JSON.stringify(name)},"rows":`, "}\n");
}
