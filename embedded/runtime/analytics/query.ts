import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Analytics, type SqlAnswer, SqlRefused } from "../analytics.ts";
import { functions, shownMoment, teach } from "./functions.ts";
import { openPoints, type Points } from "./points.ts";
import { type Format, translate } from "./translate.ts";

/** The data points in a state file, and Cloudflare's SQL over them. */
export function openAnalytics(sqlite: DatabaseSync): Analytics {
  const points = openPoints(sqlite);
  teach(sqlite);
  return { handle: points.handle, query: (account, sql) => query(sqlite, points, account, sql) };
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function query(sqlite: DatabaseSync, points: Points, account: string, text: string): SqlAnswer {
  if (/^\s*SHOW\s+TABLES\s*;?\s*$/i.test(text))
    return shown(
      points.datasets(account).map((dataset) => ({ dataset, type: "dataset" })),
      new Set(),
      "JSON",
    );
  const { sql, dataset, format, moments } = translate(text);
  if (!points.datasets(account).includes(dataset))
    throw new SqlRefused(`there is no dataset ${dataset}: it comes into being with its first point`);
  return shown(rowsOf(sqlite, sql, account, dataset), moments, format);
}

function rowsOf(sqlite: DatabaseSync, sql: string, account: string, dataset: string): readonly Row[] {
  try {
    return sqlite.prepare(sql).all(account, dataset);
  } catch (error) {
    throw new SqlRefused(error instanceof Error ? error.message : String(error));
  }
}

function shown(rows: readonly Row[], moments: ReadonlySet<string>, format: Format): SqlAnswer {
  const data = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        moments.has(name) && typeof value === "number" ? shownMoment(value) : value,
      ]),
    ),
  );
  const plain = "text/plain; charset=utf-8";
  switch (format) {
    case "JSON": {
      const meta = Object.keys(rows[0] ?? {}).map((name) => ({ name, type: typeOf(name, rows, moments) }));
      const body = JSON.stringify({ meta, data, rows: data.length, rows_before_limit_at_least: data.length });
      return { contentType: "application/json", body };
    }
    case "JSONEachRow":
      return { contentType: plain, body: data.map((row) => `${JSON.stringify(row)}\n`).join("") };
    case "TabSeparated":
      return {
        contentType: plain,
        body: data.map((row) => `${Object.values(row).map(escaped).join("\t")}\n`).join(""),
      };
    default:
      return format satisfies never;
  }
}

const escaped = (value: unknown): string =>
  String(value ?? "\\N").replace(/[\t\n]/g, (each) => (each === "\t" ? "\\t" : "\\n"));

function typeOf(name: string, rows: readonly Row[], moments: ReadonlySet<string>): string {
  if (moments.has(name)) return "DateTime";
  const values = rows.map((row) => row[name]);
  if (values.some((value) => typeof value === "string")) return "String";
  const outermost = functions[/^(\w+)\(/.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (outermost === "UInt64" || outermost === "Float64") return outermost;
  return name === "_sample_interval" ? "UInt32" : "Float64";
}
