const ranks: Readonly<Record<string, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

type Level = "debug" | "info" | "warn" | "error";

/** Writes one line of JSON where the stage's level lets it. A level that is none is taken for `info`. */
export function log(
  env: { readonly LOG_LEVEL: string },
  level: Level,
  message: string,
  facts: Readonly<Record<string, string | number>> = {},
): void {
  if ((ranks[level] ?? 0) < (ranks[env.LOG_LEVEL] ?? 1)) return;
  console[level](JSON.stringify({ level, message, ...facts }));
}
