/** SQLite's functions that say what time it is when they are given no time, or `now`. */
export const clocks: readonly string[] = [
  "date",
  "time",
  "datetime",
  "julianday",
  "unixepoch",
  "strftime",
  "timediff",
];
