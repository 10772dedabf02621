/** SQLite text literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value as `node:sqlite` reads it, with big integers, as a literal that is the same value of the same type. */
export function valueSql(value: unknown): string {
  if (value === null) return "NULL";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return realSql(value);
  // What a file may not hold, or would end the text there.
  if (typeof value === "string")
    return /[\0\r\uFEFF]/.test(value)
      ? `CAST(X'${Buffer.from(value).toString("hex")}' AS TEXT)`
      : literal(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  throw new Error(`SQLite gave a value of no type that it has: ${typeof value}`);
}

function realSql(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "9e999" : "-9e999";
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

export const nullable = (text: string | undefined): string => (text === undefined ? "NULL" : literal(text));

/**
 * A statement that fails the whole request with `message` unless `condition` is true.
 * json_extract's path error is the one failure with a text of our own that D1 lets through, without a helper table or a trigger.
 */
export const assertion = (condition: string, message: string): string =>
  `SELECT json_extract('{}', CASE WHEN ${condition} THEN '$' ELSE ${literal(message)} END)`;

/** The text given to {@link assertion}, from D1's error message; undefined when it is another error. */
export function failedAssertion(message: string): string | undefined {
  return /bad JSON path: '((?:[^']|'')*)'/.exec(message)?.[1]?.replaceAll("''", "'");
}

/** D1 refuses statements over 100,000 bytes; with this many short rows one stays far below. */
const rowsAStatement = 100;

/** Rows in as many parts as there have to be statements. */
export const inParts = <T>(rows: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsAStatement) }, (_, i) =>
    rows.slice(i * rowsAStatement, (i + 1) * rowsAStatement),
  );
