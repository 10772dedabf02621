/** SQLite text literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

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
