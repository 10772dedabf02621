import { quoted } from "../../migrations/sql/structure.ts";
import type { Page } from "./pages/page.ts";
import { restoring } from "./schema.ts";
import type { DumpedTable } from "./tables.ts";
import { bytesOf, unmistakable, valuesOf } from "./values.ts";

/** A table whose rows are gathered where no foreign key is looked at, and put in together with those of its circle. */
export interface Stage {
  readonly table: DumpedTable;
  /** Where they are gathered. */
  readonly gathered: string;
  readonly circle: string;
  readonly members: readonly string[];
}

/** D1 takes statements of 100,000 bytes. */
const statementBytes = 90_000;
const requestBytes = 1_000_000;
/** Bytes of a long value in a statement, in hexadecimal two characters each. */
const pieceBytes = 40_000;

type Send = (statements: readonly string[], rows: number) => Promise<void>;

/** Puts rows in by requests of about a megabyte. The same pages make the same requests. */
export async function insertions(
  pages: AsyncIterable<Page>,
  stages: ReadonlyMap<string, Stage>,
  send: Send,
): Promise<void> {
  let open: Stage | undefined;
  let request: string[] = [];
  let size = 0;
  let rows = 0;
  const flush = async (): Promise<void> => {
    if (request.length > 0) await send(request, rows);
    [request, size, rows] = [[], 0, 0];
  };
  const add = async (statement: string, count: number): Promise<void> => {
    if (size + statement.length > requestBytes) await flush();
    request.push(statement);
    size += statement.length;
    rows += count;
  };
  const close = async (next: Stage | undefined): Promise<void> => {
    if (open === undefined || open.circle === next?.circle) return;
    await flush();
    await send(together([...stages.values()].filter(({ circle }) => circle === open?.circle)), 0);
    open = undefined;
  };
  for await (const { table, rows: lines } of pages) {
    const stage = stages.get(table.name);
    await close(stage);
    if (stage !== undefined && open === undefined) {
      await flush();
      await send([...stages.values()].filter(({ circle }) => circle === stage.circle).map(gathering), 0);
      open = stage;
    }
    const into = stage === undefined ? intoTable(table) : intoStage(stage);
    for (const part of parts(lines)) {
      if (part.kind === "short") {
        await add(into + part.rows.map((row) => `(${row})`).join(","), part.rows.length);
        continue;
      }
      await flush();
      for (const pieces of requestsOf(part.row)) await send(pieces, 0);
      await send([into + rowOfPieces(part.row), `DELETE FROM ${quoted(pieceTable)}`], 1);
    }
  }
  await close(undefined);
  await flush();
}

const intoTable = ({ name, columns }: DumpedTable): string =>
  `INSERT INTO ${quoted(name)}(${columns.join(", ")}) VALUES `;
const intoStage = ({ gathered }: Stage): string => `INSERT INTO ${quoted(gathered)} VALUES `;

/** Columns without a type take values as they are. */
const gathering = ({ gathered, table }: Stage): string =>
  `CREATE TABLE ${quoted(gathered)}(${table.columns.map((_, i) => `c${i}`).join(", ")})`;

const together = (stages: readonly Stage[]): readonly string[] => [
  ...stages.map(
    ({ gathered, table }) =>
      `INSERT INTO ${quoted(table.name)}(${table.columns.join(", ")}) SELECT * FROM ${quoted(gathered)} ORDER BY rowid`,
  ),
  ...stages.map(({ gathered }) => `DROP TABLE ${quoted(gathered)}`),
];

type Part =
  | { readonly kind: "short"; readonly rows: readonly string[] }
  | { readonly kind: "long"; readonly row: readonly string[] };

/** As many rows as a statement takes; a row that is too long for one stands alone. */
function* parts(lines: readonly string[]): Generator<Part> {
  let rows: string[] = [];
  let size = 0;
  for (const line of lines) {
    const row = unmistakable(line);
    const bytes = Buffer.byteLength(row);
    if (size + bytes > statementBytes && rows.length > 0) {
      yield { kind: "short", rows };
      [rows, size] = [[], 0];
    }
    if (bytes > statementBytes) yield { kind: "long", row: valuesOf(line) };
    else {
      rows.push(row);
      size += bytes + 3;
    }
  }
  if (rows.length > 0) yield { kind: "short", rows };
}

/** Where the pieces of one row wait. */
export const pieceTable = `${restoring}_pieces`;
export const makePieceTable = `CREATE TABLE ${quoted(pieceTable)}(c INTEGER, n INTEGER, piece BLOB, PRIMARY KEY (c, n)) STRICT`;

/** A row of a hundred values that are shorter fits into one statement, also in hexadecimal. */
const longValue = 400;

const inPieces = (value: string): ReturnType<typeof bytesOf> =>
  value.length > longValue ? bytesOf(value) : undefined;

function* requestsOf(row: readonly string[]): Generator<readonly string[]> {
  let request: string[] = [];
  for (const [c, value] of row.entries()) {
    const { bytes } = inPieces(value) ?? { bytes: Buffer.alloc(0) };
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const hex = bytes.subarray(from, from + pieceBytes).toString("hex");
      request.push(`INSERT INTO ${quoted(pieceTable)} VALUES (${c}, ${from / pieceBytes}, X'${hex}')`);
      if (request.length < requestBytes / (2 * pieceBytes)) continue;
      yield request;
      request = [];
    }
  }
  if (request.length > 0) yield request;
}

const rowOfPieces = (row: readonly string[]): string =>
  `(${row
    .map((value, c) => {
      const found = inPieces(value);
      return found === undefined
        ? unmistakable(value)
        : `(SELECT CAST(group_concat(piece, '' ORDER BY n) AS ${found.isText ? "TEXT" : "BLOB"}) FROM ${quoted(pieceTable)} WHERE c = ${c})`;
    })
    .join(", ")})`;
