import { createHash } from "node:crypto";
import { UserError } from "../diagnostic/user-error.ts";
import { keyOf, type Row, type Selection } from "./select.ts";

/** The column of a recipe that is embedded. */
export const textColumn = "text";

/** What is to be embedded of a row. */
export interface Item {
  /** Of its vector. */
  readonly id: string;
  readonly text: string;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  /** Of all three: another one where the vector has to be made again. */
  readonly digest: string;
}

/** Vectorize takes no more. */
const longestIdBytes = 64;
const largestMetadataBytes = 10 * 1024;

/** A row as a vector's raw material; undefined where it has no text. Throws UserError for what Vectorize would not take. */
export function itemOf(row: Row, selection: Selection): Item | undefined {
  const id = String(keyOf(row, selection));
  const text = row[textColumn];
  if (text === null || text === "") return undefined;
  if (typeof text !== "string")
    throw refused(id, `column ${textColumn}`, shown(text), "a text", `CAST(… AS TEXT) AS ${textColumn}`);
  const bytes = Buffer.byteLength(id);
  if (bytes > longestIdBytes)
    throw refused(
      id,
      `column ${selection.key}`,
      `${bytes} bytes`,
      `an id of ${longestIdBytes} bytes at most`,
      "select a shorter key first",
    );
  const metadata: Record<string, string | number | boolean> = {};
  for (const [column, value] of Object.entries(row)) {
    if (column === selection.key || column === textColumn || value === null) continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw refused(
        id,
        `column ${column}`,
        shown(value),
        "a text or a number, as metadata of the vector",
        "select it as one, or leave it out",
      );
    metadata[column] = value;
  }
  const size = Buffer.byteLength(JSON.stringify(metadata));
  if (size > largestMetadataBytes)
    throw refused(
      id,
      `columns ${Object.keys(metadata).join(", ")}`,
      `${size} bytes of metadata`,
      `${largestMetadataBytes} bytes at most`,
      "select less beside the text, or substr() of it",
    );
  const digest = createHash("sha256")
    .update(JSON.stringify([text, metadata]))
    .digest("hex");
  return { id, text, metadata, digest };
}

const shown = (value: unknown): string => (Array.isArray(value) ? "a blob" : typeof value);

const refused = (id: string, column: string, got: string, expected: string, fix: string): UserError =>
  new UserError({
    what: "A row of the recipe cannot become a vector; what was made until here stays, and is gone on with",
    where: `the recipe's row ${JSON.stringify(id)}, ${column}`,
    got,
    expected,
    fix,
  });
