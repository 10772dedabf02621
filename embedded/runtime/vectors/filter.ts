import { z } from "zod";
import { VectorError } from "../vectors.ts";

export type Scalar = string | number | boolean | null;
export type IndexedValues = Readonly<Record<string, string | number | boolean>>;

/** A condition on one property that has a metadata index. */
export interface Condition {
  readonly property: string;
  readonly operator: "$eq" | "$ne" | "$in" | "$nin" | "$lt" | "$lte" | "$gt" | "$gte";
  readonly operand: Scalar | readonly Scalar[];
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const operators = z
  .strictObject({
    $eq: scalar.optional(),
    $ne: scalar.optional(),
    $in: z.array(scalar).optional(),
    $nin: z.array(scalar).optional(),
    $lt: scalar.optional(),
    $lte: scalar.optional(),
    $gt: scalar.optional(),
    $gte: scalar.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, "an operator is missing");
const filterShape = z.record(z.string(), z.unknown());

const longestFilterBytes = 2048;
const longestKeyCharacters = 512;
/** Vectorize indexes the first 64 bytes of a text. */
const indexedBytes = 64;

/** Reads a query's `filter`. All conditions must hold. Throws {@link VectorError} in Vectorize's words for what it does not take. */
export function parseFilter(filter: unknown): readonly Condition[] {
  const parsed = filterShape.safeParse(filter);
  if (!parsed.success || Array.isArray(filter)) throw invalid("filter must be an object");
  const entries = Object.entries(parsed.data);
  if (entries.length === 0) throw invalid("filter must be a non-empty object");
  const size = Buffer.byteLength(JSON.stringify(filter));
  if (size >= longestFilterBytes)
    throw invalid(`filter must be less than ${longestFilterBytes} bytes of compact JSON, got ${size}`);
  return entries.flatMap(([property, value]) => conditions(property, value));
}

function conditions(property: string, value: unknown): Condition[] {
  if (
    property === "" ||
    property.startsWith("$") ||
    property.includes('"') ||
    property.length > longestKeyCharacters
  )
    throw invalid(
      `filter key ${JSON.stringify(property)} is not allowed: not empty, no double quote, no leading $, at most ${longestKeyCharacters} characters`,
    );
  const plain = scalar.safeParse(value);
  if (plain.success) return [{ property, operator: "$eq", operand: plain.data }];
  const parsed = operators.safeParse(value);
  if (!parsed.success)
    throw invalid(
      `filter for ${JSON.stringify(property)}: ${z.prettifyError(parsed.error)}; expected a value or $eq, $ne, $in, $nin, $lt, $lte, $gt, $gte`,
    );
  const { $eq, $ne, $in, $nin, $lt, $lte, $gt, $gte } = parsed.data;
  const all: Condition[] = [];
  const add = (operator: Condition["operator"], operand: Condition["operand"] | undefined): void => {
    if (operand !== undefined) all.push({ property, operator, operand });
  };
  add("$eq", $eq);
  add("$ne", $ne);
  add("$in", $in);
  add("$nin", $nin);
  add("$lt", $lt);
  add("$lte", $lte);
  add("$gt", $gt);
  add("$gte", $gte);
  return all;
}

/** Whether the indexed values of a vector meet every condition. `known` are the properties with a metadata index: no other one filters. */
export function matches(
  conditionsOfQuery: readonly Condition[],
  values: IndexedValues,
  known: ReadonlySet<string>,
): boolean {
  return conditionsOfQuery.every(
    (condition) => known.has(condition.property) && holds(condition, values[condition.property] ?? null),
  );
}

function holds({ operator, operand }: Condition, value: Scalar): boolean {
  const same = (other: Scalar): boolean => value === truncated(other);
  if (Array.isArray(operand)) {
    const list: readonly Scalar[] = operand;
    return operator === "$in" ? list.some(same) : !list.some(same);
  }
  const other = z.parse(scalar, operand);
  switch (operator) {
    case "$eq":
      return same(other);
    case "$ne":
      return !same(other);
    case "$lt":
      return ordered(value, other, (order) => order < 0);
    case "$lte":
      return ordered(value, other, (order) => order <= 0);
    case "$gt":
      return ordered(value, other, (order) => order > 0);
    case "$gte":
      return ordered(value, other, (order) => order >= 0);
    case "$in":
    case "$nin":
      throw new Error(`${operator} without a list`);
    default:
      return operator satisfies never;
  }
}

/** Texts are ordered by their UTF-8 bytes, numbers by size; values of different types are in no order. */
function ordered(value: Scalar, other: Scalar, test: (order: number) => boolean): boolean {
  if (typeof value === "number" && typeof other === "number") return test(value - other);
  if (typeof value === "string" && typeof other === "string")
    return test(Buffer.compare(Buffer.from(value), Buffer.from(String(truncated(other)))));
  return false;
}

/** The part of a text that an index holds: at most 64 bytes, cut between characters. */
export function truncated(value: Scalar): Scalar {
  if (typeof value !== "string" || Buffer.byteLength(value) <= indexedBytes) return value;
  let text = "";
  let bytes = 0;
  for (const character of value) {
    bytes += Buffer.byteLength(character);
    if (bytes > indexedBytes) break;
    text += character;
  }
  return text;
}

const invalid = (message: string): VectorError => new VectorError(40_026, `invalid query: ${message}`);
