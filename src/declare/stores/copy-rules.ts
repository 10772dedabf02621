/**
 * What becomes of a column's values where its database is copied for another stage. NULL stays NULL under each.
 *
 * - `"keep"`: as they are;
 * - `"null"`: NULL;
 * - `"hash"`: a digest of the value, the same for the same value in every table, so that references find each other;
 * - `"fake"`: made up to look like what the column is called, the same for the same value.
 *
 * @example
 * const rule: CopyRule = "hash";
 */
export type CopyRule = "keep" | "null" | "hash" | "fake";

/**
 * Rules for copies by table, then by column; `"none"` leaves a table empty. A copy is refused while a column has no rule.
 *
 * @example
 * const rules: CopyRules = { users: { id: "hash", email: "fake", created_at: "keep" }, sessions: "none" };
 */
export type CopyRules = Readonly<Record<string, Readonly<Record<string, CopyRule>> | "none">>;
