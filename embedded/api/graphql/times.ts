const rounded = (atMs: number, stepMs: number): string =>
  `${new Date(Math.floor(atMs / stepMs) * stepMs).toISOString().slice(0, 19)}Z`;

/** The dimensions of time that every dataset has. @param atMs since 1970 */
export const timesOf = (atMs: number): Readonly<Record<string, string>> => ({
  datetime: rounded(atMs, 1_000),
  datetimeMinute: rounded(atMs, 60_000),
  datetimeFiveMinutes: rounded(atMs, 300_000),
  datetimeFifteenMinutes: rounded(atMs, 900_000),
  datetimeHour: rounded(atMs, 3_600_000),
  date: new Date(atMs).toISOString().slice(0, 10),
});
