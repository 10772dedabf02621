import { QueryError } from "./parse.ts";

const operators = ["geq", "leq", "gt", "lt", "neq", "in", "notin", "like"] as const;

/**
 * Whether the row passes a filter as Cloudflare's analytics take it: `{scriptName: "x", datetime_geq: "…", AND: [{…}], OR: [{…}]}`.
 * Times are compared as moments, everything else as it is. Throws {@link QueryError} for a member that no row has.
 */
export function passes(row: Readonly<Record<string, string | number>>, filter: unknown): boolean {
  if (filter === null || filter === undefined) return true;
  if (typeof filter !== "object") throw new QueryError("filter must be an object");
  return Object.entries(filter).every(([key, wanted]) => {
    if (key === "AND") return list(wanted).every((part) => passes(row, part));
    if (key === "OR") return list(wanted).some((part) => passes(row, part));
    const operator = operators.find((name) => key.endsWith(`_${name}`));
    const member = operator === undefined ? key : key.slice(0, -operator.length - 1);
    const value = row[member];
    if (value === undefined) throw new QueryError(`unknown arg ${key}`);
    return compare(member, value, operator, wanted);
  });
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const moment = (member: string, value: unknown): unknown =>
  /^date/.test(member) && typeof value === "string" ? Date.parse(value) : value;

function compare(
  member: string,
  value: string | number,
  operator: (typeof operators)[number] | undefined,
  wanted: unknown,
): boolean {
  const mine = moment(member, value);
  const theirs = moment(member, wanted);
  if (operator === "in" || operator === "notin")
    return list(wanted).some((one) => moment(member, one) === mine) === (operator === "in");
  if (operator === undefined) return mine === theirs;
  if (operator === "neq") return mine !== theirs;
  if (operator === "like")
    return new RegExp(
      `^${String(wanted)
        .split("%")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
    ).test(String(mine));
  if (typeof mine !== typeof theirs || (typeof mine !== "number" && typeof mine !== "string"))
    throw new QueryError(`${member}_${operator} cannot be compared with ${JSON.stringify(wanted)}`);
  const order = Number(mine) - Number(theirs);
  switch (operator) {
    case "geq":
      return order >= 0;
    case "leq":
      return order <= 0;
    case "gt":
      return order > 0;
    case "lt":
      return order < 0;
    default:
      return operator satisfies never;
  }
}
