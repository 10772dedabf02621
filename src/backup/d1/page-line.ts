import { type Page, rowEnd } from "./pages.ts";

/** How JSON writes {@link rowEnd} in a text. */
const escapedEnd = JSON.stringify(rowEnd).slice(1, -1);

/** A page as a line of a backup's file: `{"table":…,"rows":[…]}`, as `JSON.stringify` writes it. */
export function pageLine({ table: { name }, rows, joined }: Page): string {
  // A backslash may stand before what looks like the end of a row and is not.
  if (joined === undefined || joined === "" || joined.includes("\\"))
    return `${JSON.stringify({ table: name, rows })}\n`;
  return `{"table":${JSON.stringify(name)},"rows":[${JSON.stringify(joined).replaceAll(escapedEnd, '","')}]}\n`;
}
