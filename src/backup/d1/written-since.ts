import { z } from "zod";
import { ApiError } from "../../cloudflare/api.ts";
import { accountAnalytics } from "../../cloudflare/graphql.ts";
import { parse } from "../../migrations/sql/action.ts";
import { reservedTables } from "../../migrations/sql/ledger-tables.ts";
import type { Account } from "../account.ts";

/** What was written into a table since a moment. */
export interface WrittenTable {
  readonly table: string;
  /** As D1 bills them: an INSERT into a table with an index counts once more for the index. */
  readonly rows: number;
  /** How many statements wrote them. */
  readonly statements: number;
}

/** `unknown` says why nothing is known: that is not "nothing was written". */
export type WrittenSince =
  | { readonly kind: "counted"; readonly tables: readonly WrittenTable[] }
  | { readonly kind: "unknown"; readonly why: string };

const fields = `d1QueriesAdaptiveGroups(limit: 10000, filter: $filter) {
  count
  sum { rowsWritten }
  dimensions { query }
}`;
const shape = z.object({
  d1QueriesAdaptiveGroups: z.array(
    z.object({
      count: z.number(),
      sum: z.object({ rowsWritten: z.number().nullish() }),
      dimensions: z.object({ query: z.string() }),
    }),
  ),
});

/** What Cloudflare's analytics know of the rows that were written into a database's tables, by code and by migrations, the most first. They are some minutes late. */
export async function writtenSince(
  { connection, accountId }: Account,
  databaseId: string,
  sinceMs: number,
): Promise<WrittenSince> {
  // Analytics know whole seconds: rather what a migration wrote in that one is counted too than anything left out.
  const filter = { databaseId, datetime_geq: new Date(Math.floor(sinceMs / 1_000) * 1_000).toISOString() };
  try {
    const found = await accountAnalytics(connection, accountId, {
      fields,
      dataset: "D1QueriesAdaptiveGroups",
      filter,
    });
    const groups = shape.parse(found ?? { d1QueriesAdaptiveGroups: [] }).d1QueriesAdaptiveGroups;
    return { kind: "counted", tables: byTable(groups) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: "unknown", why: error.message };
  }
}

/** What going back would lose, in lines for a person. @param since as it is said to them */
export function writtenLines(written: WrittenSince, since: string): readonly string[] {
  if (written.kind === "unknown")
    return [
      `  everything that was written since ${since}; how much that is, Cloudflare's analytics do not tell (${written.why})`,
    ];
  if (written.tables.length === 0)
    return [
      `  everything that was written since ${since}: Cloudflare's analytics, which are some minutes late, know of nothing`,
    ];
  return [
    ...written.tables.map(
      ({ table, rows, statements }) =>
        `  ${table}: ${rows} row${rows === 1 ? "" : "s"} written since then, by ${statements} statement${statements === 1 ? "" : "s"}`,
    ),
    "  as Cloudflare's analytics count: some minutes late, perhaps sampled, entries of indexes too",
  ];
}

function byTable(groups: z.infer<typeof shape>["d1QueriesAdaptiveGroups"]): readonly WrittenTable[] {
  const tables = new Map<string, WrittenTable>();
  for (const { count, sum, dimensions } of groups) {
    const rows = sum.rowsWritten ?? 0;
    const table = tableOf(dimensions.query);
    if (rows === 0 || table === undefined) continue;
    const before = tables.get(table.toLowerCase()) ?? { table, rows: 0, statements: 0 };
    tables.set(table.toLowerCase(), {
      table: before.table,
      rows: before.rows + rows,
      statements: before.statements + count,
    });
  }
  return [...tables.values()].sort((a, b) => b.rows - a.rows);
}

/** Of a statement that changes rows; what Lockstep keeps for itself is nobody's loss. */
function tableOf(sql: string): string | undefined {
  const { action } = parse(sql);
  if (action.kind !== "insert" && action.kind !== "update" && action.kind !== "delete") return undefined;
  return reservedTables.includes(action.table.toLowerCase()) ? undefined : action.table;
}
