import { SqlRefused } from "../analytics.ts";
import { functions } from "./functions.ts";
import { columns } from "./points.ts";
import { type Token, tokensOf } from "./tokens.ts";

export type Format = "JSON" | "JSONEachRow" | "TabSeparated";

/** A SELECT of Cloudflare's SQL, as SQLite takes it: its one parameter each are the account and the dataset. */
export interface Translated {
  readonly sql: string;
  readonly dataset: string;
  readonly format: Format;
  /** Columns of the answer that hold moments. */
  readonly moments: ReadonlySet<string>;
}

const keywords = new Set(
  "SELECT DISTINCT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET AS AND OR NOT IN BETWEEN LIKE IS NULL ASC DESC CASE WHEN THEN ELSE END TRUE FALSE".split(
    " ",
  ),
);
const unitSeconds: Readonly<Record<string, number>> = {
  SECOND: 1,
  MINUTE: 60,
  HOUR: 3_600,
  DAY: 86_400,
  WEEK: 604_800,
};
const formats: readonly Format[] = ["JSON", "JSONEachRow", "TabSeparated"];
const comparisons = ["=", "==", "!=", "<>", "<", ">", "<=", ">="];

const upper = (token: Token | undefined): string => (token?.kind === "word" ? token.text.toUpperCase() : "");
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Throws {@link SqlRefused} for a statement of which only Cloudflare knows what it means. */
export function translate(text: string): Translated {
  const { body, format } = withoutFormat(tokensOf(text));
  if (upper(body[0]) !== "SELECT")
    throw new SqlRefused(`a SELECT is understood, got ${body[0]?.text ?? "nothing"}`);
  const from = body.findIndex((token) => upper(token) === "FROM");
  const dataset = body[from + 1];
  if (from < 0 || (dataset?.kind !== "word" && dataset?.kind !== "quoted"))
    throw new SqlRefused("a SELECT is FROM one dataset");
  const distinct = upper(body[1]) === "DISTINCT" ? 2 : 1;
  const items = split(body.slice(distinct, from));
  const names = new Set([...columns, ...items.flatMap(({ alias }) => alias ?? [])]);
  const selected = items.map((item) => {
    if (item.tokens.length === 1 && item.tokens[0]?.text === "*") return "*";
    const name = item.alias ?? text.slice(item.tokens[0]?.start, item.tokens.at(-1)?.end);
    return `${written(item.tokens, names)} AS ${quoted(name)}`;
  });
  const moments = new Set(
    items.flatMap(({ tokens, alias }) => {
      if (tokens[0]?.text === "*") return ["timestamp"];
      return isMoment(tokens, items) ? [alias ?? text.slice(tokens[0]?.start, tokens.at(-1)?.end)] : [];
    }),
  );
  const rest = written(body.slice(from + 2), names);
  return {
    sql: `WITH "points" AS (SELECT ${columns.join(", ")} FROM analytics_points WHERE account = ? AND dataset = ?) SELECT ${distinct === 2 ? "DISTINCT " : ""}${selected.join(", ")} FROM "points" ${rest}`,
    dataset: dataset.text,
    format,
    moments,
  };
}

function withoutFormat(all: readonly Token[]): { readonly body: readonly Token[]; readonly format: Format } {
  const tokens = all.at(-1)?.text === ";" ? all.slice(0, -1) : all;
  if (upper(tokens.at(-2)) !== "FORMAT") return { body: tokens, format: "JSON" };
  const named = tokens.at(-1)?.text;
  const format = formats.find((each) => each === named);
  if (format === undefined) throw new SqlRefused(`FORMAT is one of ${formats.join(", ")}, got ${named}`);
  return { body: tokens.slice(0, -2), format };
}

interface Item {
  readonly tokens: readonly Token[];
  readonly alias: string | undefined;
}

/** What is selected, one by one. */
function split(tokens: readonly Token[]): readonly Item[] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "mark" && token.text === "(") depth += 1;
    if (token.kind === "mark" && token.text === ")") depth -= 1;
    if (depth === 0 && token.kind === "mark" && token.text === ",") items.push([]);
    else items.at(-1)?.push(token);
  }
  return items.map((item) => {
    if (item.length === 0) throw new SqlRefused("something is missing between two commas");
    return upper(item.at(-2)) === "AS"
      ? { tokens: item.slice(0, -2), alias: item.at(-1)?.text }
      : { tokens: item, alias: undefined };
  });
}

/** By what stands outermost: a moment plus or minus an interval is one, too. */
function isMoment([first, second, ...rest]: readonly Token[], items: readonly Item[]): boolean {
  if (first === undefined) return false;
  if (second?.text !== "(") {
    const alias = items.find((item) => item.alias === first.text && item.tokens[0] !== first);
    return first.text === "timestamp" || (alias !== undefined && isMoment(alias.tokens, []));
  }
  const gives = functions[first.text.toLowerCase()];
  if (gives === "argument") return isMoment(rest, items);
  return (
    gives === "DateTime" && !rest.some(({ text }, i) => text === "-" && rest[i + 1]?.text === "timestamp")
  );
}

/** Tokens as SQLite takes them. Every name is a column, an alias or a function that is known: nothing else can be reached. */
function written(tokens: readonly Token[], names: ReadonlySet<string>): string {
  const out: string[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    const next = tokens[i + 1];
    if (token === undefined) break;
    if (token.kind === "string") {
      const compared = comparisons.includes(tokens[i - 1]?.text ?? "") && tokens[i - 2]?.text === "timestamp";
      out.push(compared ? `toDateTime(${literal(token.text)})` : literal(token.text));
    } else if (token.kind === "number") out.push(token.text);
    else if (token.kind === "mark") {
      if (token.text === ";") throw new SqlRefused("one statement at a time");
      // A quotient is never cut to a whole number.
      out.push(token.text === "/" ? "* 1.0 /" : token.text);
    } else if (upper(token) === "INTERVAL") {
      const seconds = unitSeconds[upper(tokens[i + 2]).replace(/S$/, "")];
      const count = Number(next?.text);
      if (seconds === undefined || !Number.isFinite(count))
        throw new SqlRefused(
          `an INTERVAL is a number of ${Object.keys(unitSeconds).join(", ")}, got ${next?.text} ${tokens[i + 2]?.text ?? ""}`,
        );
      out.push(String(count * seconds));
      i += 2;
    } else if (next?.text === "(" && !keywords.has(upper(token))) {
      const name = token.text.toLowerCase();
      if (!Object.hasOwn(functions, name))
        throw new SqlRefused(`the function ${token.text} is not known here`);
      if (name === "count" && tokens[i + 2]?.text === ")") {
        out.push("count(*)");
        i += 2;
      } else if (name.startsWith("quantile") && tokens[i + 3]?.text === ")" && tokens[i + 4]?.text === "(") {
        out.push(`${token.text}(${tokens[i + 2]?.text},`);
        i += 4;
      } else out.push(name === "if" ? "iif" : token.text);
    } else if (names.has(token.text)) out.push(quoted(token.text));
    else if (token.kind === "word" && keywords.has(upper(token))) {
      if (upper(token) === "SELECT" || upper(token) === "FROM")
        throw new SqlRefused("a query inside another one is not understood here");
      out.push(upper(token));
    } else throw new SqlRefused(`there is no column ${token.text}`);
  }
  return out.join(" ");
}
