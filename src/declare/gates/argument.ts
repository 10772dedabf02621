/**
 * A value that only a release knows while it runs, see {@link argument}. It always travels as data: bound to a statement, encoded in
 * an address, or as a variable of a query. It never becomes a part of a text.
 *
 * @example
 * const params: readonly ReleaseArgument[] = [argument.version, argument.fromMs];
 */
export interface ReleaseArgument {
  /** `script`: the worker's name at Cloudflare. `version`: the version that is measured. The others: the window of the measurement. */
  readonly argument: "script" | "version" | "from" | "to" | "fromMs" | "toMs";
}

/**
 * What a metric can be told of its measurement: `script`, the worker's name at Cloudflare; `version`, the id of the version that is
 * measured, the new one or the stable one; `from` and `to`, the window as ISO 8601; `fromMs` and `toMs`, in milliseconds since 1970.
 *
 * @example
 * const params = [argument.version, argument.fromMs, argument.toMs];
 */
export const argument = {
  script: { argument: "script" },
  version: { argument: "version" },
  from: { argument: "from" },
  to: { argument: "to" },
  fromMs: { argument: "fromMs" },
  toMs: { argument: "toMs" },
} as const satisfies Readonly<Record<ReleaseArgument["argument"], ReleaseArgument>>;

/**
 * A value that a metric's question is asked with: as it is written, or known only while a release runs.
 *
 * @example
 * const params: readonly SourceValue[] = [argument.version, "paid", 3];
 */
export type SourceValue = string | number | ReleaseArgument;
