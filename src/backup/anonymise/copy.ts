import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CopyRules } from "../../declare/index.ts";
import { refuse } from "../../diagnostic/user-error.ts";
import type { Database } from "../../migrations/database/database.ts";
import { openShadow } from "../../migrations/shadow/shadow.ts";
import { reservedTables } from "../../migrations/sql/ledger-tables.ts";
import { literal } from "../../migrations/sql/literals.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { readTable, type Table } from "../../migrations/sql/structure.ts";
import { differencesOf } from "../d1/compare.ts";
import { dump } from "../d1/dump.ts";
import { dumpedTables } from "../d1/dumped-tables.ts";
import { type FillOptions, fill } from "../d1/fill.ts";
import type { Page } from "../d1/pages/page.ts";
import { wholeSchema } from "../d1/schema.ts";
import { valuesOf } from "../d1/values.ts";
import { emptyWhole } from "./empty.ts";
import { checkRules, rulesOf } from "./rules.ts";
import { spool, spooled } from "./spool.ts";
import { transformOf } from "./transform.ts";
import { tried } from "./trial.ts";

/** What is copied, where to, and by which rules. */
export interface Copying {
  readonly source: Database;
  /** Bytes of the source's file. */
  readonly sizeBytes: number;
  readonly rules: CopyRules;
  /** The declaration, for what is said of it: `taco/taco-auth, copy`. */
  readonly where: string;
  /** Digests are made with it. */
  readonly key: string;
  /** The stage that the copy is for: the database is marked as its own. */
  readonly stage: string;
}

/** A copy that is ready to be put in: nothing was changed yet. */
export interface ReadyCopy {
  readonly rows: number;
  readonly consistency: "oneRequest" | "unchanged" | "spread";
  /** Drops what the target has, puts the copy in, and compares it row by row. Gives what differs: none is right. */
  readonly put: (target: Database, guard: string, options: FillOptions) => Promise<readonly string[]>;
  readonly remove: () => void;
}

/**
 * Reads the source, changes its rows by the rules, and tries them on a database of this machine. Throws what speaks against it: columns without a rule,
 * rows that would not fit.
 */
export async function prepareCopy(copying: Copying): Promise<ReadyCopy> {
  const { source, rules, where } = copying;
  const tables = readTables(await wholeSchema(source));
  refuse(checkRules(tables.filter(isTheirs), rules, where));
  const folder = mkdtempSync(join(tmpdir(), "lockstep-copy-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const file = join(folder, "rows");
    let count = 0;
    const counting = async function* (pages: AsyncIterable<Page>): AsyncGenerator<Page> {
      count = 0;
      for await (const page of transformed(pages, tables, copying)) {
        if (!isReserved(page.table.name)) count += page.rows.length;
        yield page;
      }
    };
    const { schema, sequences, consistency } = await dump(source, copying.sizeBytes, (pages) =>
      spool(file, counting(pages)),
    );
    const dumped = dumpedTables(source.label, schema);
    const pages = (): AsyncIterable<Page> => spooled(file, dumped);
    refuse(await tried(join(folder, "trial.sqlite"), schema, pages(), where));
    const filling = { schema, tables: dumped, sequences, pages, source: folder };
    return {
      rows: count,
      consistency,
      remove,
      put: async (target, guard, options) => {
        await emptyWhole(target, guard);
        await fill(target, filling, options);
        return differencesOf(target, filling);
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Tables that Lockstep and D1 keep for themselves are copied as they are, or the next run would not know what was applied. */
const isReserved = (name: string): boolean => reservedTables.includes(name);
const isTheirs = ({ name, virtual }: Table): boolean => !isReserved(name) && !virtual;

function readTables(schema: readonly SchemaObject[]): readonly Table[] {
  const shadow = openShadow(schema);
  try {
    return schema.flatMap(({ type, name }) =>
      type === "table" ? (readTable(shadow.trusted, name) ?? []) : [],
    );
  } finally {
    shadow.close();
  }
}

async function* transformed(
  pages: AsyncIterable<Page>,
  tables: readonly Table[],
  { rules, key, stage }: Copying,
): AsyncGenerator<Page> {
  for await (const { table, rows } of pages) {
    const structure = tables.find(({ name }) => name === table.name);
    if (table.name === "_mig_audit" || rulesOf(rules, table.name) === "none") continue;
    if (table.name === "_mig_meta") yield { table, rows: rows.map((line) => marked(line, stage)) };
    // What a search table holds by itself is other tables' text, in the clear.
    else if (structure === undefined || table.virtual) continue;
    else if (isReserved(table.name)) yield { table, rows };
    else yield { table, rows: rows.map(transformOf(structure, table.columns, rules, key)) };
  }
}

/** The row that says which stage a database is of. */
function marked(line: string, stage: string): string {
  const values = valuesOf(line);
  const at = values.indexOf("'stage'");
  return at < 0 ? line : values.map((value, i) => (i === at + 1 ? literal(stage) : value)).join(",");
}
