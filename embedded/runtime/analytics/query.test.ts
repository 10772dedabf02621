import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { SqlRefused } from "../analytics.ts";
import { columns } from "./points.ts";
import { openAnalytics } from "./query.ts";

const at = Date.parse("2026-11-30T02:10:30Z") / 1000;
/** Seconds after ten past two, index, page, milliseconds. */
const written: readonly (readonly [number, string, string, number])[] = [
  [0, "ann", "/", 10],
  [30, "ann", "/notes", 30],
  [90, "bob", "/", 20],
  [400, "bob", "/", 40],
];

const sqlite = new DatabaseSync(":memory:");
const analytics = openAnalytics(sqlite);
for (const [seconds, index, page, ms] of written) {
  const values = columns.map((column) =>
    column === "timestamp"
      ? at + seconds
      : column === "_sample_interval"
        ? 1
        : column === "index1"
          ? index
          : column === "blob1"
            ? page
            : column.startsWith("blob")
              ? ""
              : column === "double1"
                ? ms
                : 0,
  );
  sqlite
    .prepare(`INSERT INTO analytics_points VALUES ('one', 'clicks', ${columns.map(() => "?").join(", ")})`)
    .run(...values);
}
const ask = (sql: string, account = "one") => JSON.parse(analytics.query(account, sql).body);
const data = (sql: string) => ask(sql).data;

test.each([
  ["SELECT count() FROM clicks", [{ "count()": 4 }]],
  [
    "SELECT index1 AS who, SUM(_sample_interval * double1) AS ms FROM clicks GROUP BY who ORDER BY ms DESC LIMIT 1",
    [{ who: "bob", ms: 60 }],
  ],
  ["select avg(double1) as mean from clicks where blob1 = '/' and double1 > 10", [{ mean: 30 }]],
  ["SELECT COUNT(DISTINCT index1) AS people FROM clicks", [{ people: 2 }]],
  [
    "SELECT toStartOfInterval(timestamp, INTERVAL '5' MINUTE) AS t, count() AS n FROM clicks GROUP BY t ORDER BY t",
    [
      { t: "2026-11-30 02:10:00", n: 3 },
      { t: "2026-11-30 02:15:00", n: 1 },
    ],
  ],
  ["SELECT max(timestamp) AS last FROM clicks", [{ last: "2026-11-30 02:17:10" }]],
  [
    "SELECT timestamp FROM clicks WHERE timestamp > toDateTime('2026-11-30 02:12:00')",
    [{ timestamp: "2026-11-30 02:17:10" }],
  ],
  ["SELECT blob1 FROM clicks WHERE timestamp >= '2026-11-30 02:17:10'", [{ blob1: "/" }]],
  [
    "SELECT count() AS n FROM clicks WHERE timestamp > toDateTime('2026-11-30 02:17:10') - INTERVAL '6' MINUTE",
    [{ n: 2 }],
  ],
  ["SELECT quantileExactWeighted(0.5)(double1, _sample_interval) AS p50 FROM clicks", [{ p50: 20 }]],
  [
    "SELECT if(double1 > 25, 'slow', 'fast') AS speed, count() AS n FROM clicks GROUP BY speed ORDER BY speed",
    [
      { speed: "fast", n: 2 },
      { speed: "slow", n: 2 },
    ],
  ],
  [
    "SELECT countIf(blob1 = '/') AS home, sumIf(double1, index1 = 'ann') AS ann, avgIf(double1, index1 = 'bob') AS bob FROM clicks",
    [{ home: 3, ann: 40, bob: 30 }],
  ],
  ["SELECT double1 / 3 AS third FROM clicks WHERE double1 = 10", [{ third: 10 / 3 }]],
  [
    "SELECT formatDateTime(timestamp, '%Y-%m-%d %H:%M') AS at FROM clicks LIMIT 1",
    [{ at: "2026-11-30 02:10" }],
  ],
  [
    "SELECT DISTINCT upper(index1) AS who FROM clicks HAVING who LIKE 'A%'".replace("HAVING", "WHERE"),
    [{ who: "ANN" }],
  ],
  [
    "SELECT index1, count() AS n FROM clicks GROUP BY index1 HAVING n > 1 ORDER BY index1",
    [
      { index1: "ann", n: 2 },
      { index1: "bob", n: 2 },
    ],
  ],
  ["SHOW TABLES", [{ dataset: "clicks", type: "dataset" }]],
])("%s", (sql, expected) => {
  expect(data(sql)).toEqual(expected);
});

test("types of columns and the number of rows are told", () => {
  expect(
    ask("SELECT timestamp, index1, double1, count() FROM clicks GROUP BY index1 ORDER BY index1"),
  ).toMatchObject({
    meta: [
      { name: "timestamp", type: "DateTime" },
      { name: "index1", type: "String" },
      { name: "double1", type: "Float64" },
      { name: "count()", type: "UInt64" },
    ],
    rows: 2,
  });
});

test("a result comes as lines of JSON or of tabs where that is asked for", () => {
  const sql = "SELECT index1, double1 FROM clicks WHERE double1 < 25 ORDER BY double1 FORMAT";
  expect(analytics.query("one", `${sql} JSONEachRow`).body).toBe(
    '{"index1":"ann","double1":10}\n{"index1":"bob","double1":20}\n',
  );
  expect(analytics.query("one", `${sql} TabSeparated;`).body).toBe("ann\t10\nbob\t20\n");
});

test.each([
  ["DELETE FROM clicks", "a SELECT is understood, got DELETE"],
  ["SELECT 1", "a SELECT is FROM one dataset"],
  ["SELECT * FROM visits", "there is no dataset visits"],
  ["SELECT * FROM (SELECT * FROM clicks)", "a SELECT is FROM one dataset"],
  ["SELECT index1 FROM clicks WHERE index1 IN (SELECT index1 FROM clicks)", "a query inside another one"],
  ["SELECT a.index1 FROM clicks a", "there is no column a"],
  ["SELECT index1 FROM clicks JOIN visits ON 1 = 1", "there is no column JOIN"],
  ["SELECT index1 FROM clicks UNION ALL SELECT name FROM sqlite_master", "there is no column UNION"],
  ["SELECT sqlite_version() FROM clicks", "the function sqlite_version is not known here"],
  ["SELECT load_extension('x') FROM clicks", "the function load_extension is not known here"],
  ["SELECT account FROM clicks", "there is no column account"],
  ["SELECT body FROM clicks; DROP TABLE objects", "there is no column body"],
  ["SELECT index1 FROM clicks; SELECT index1 FROM clicks", "one statement at a time"],
  ["SELECT index1 FROM clicks FORMAT Parquet", "FORMAT is one of"],
  ["SELECT NOW() - INTERVAL '1' YEAR FROM clicks", "an INTERVAL is a number of"],
  ["SELECT index1 FROM clicks WHERE", "incomplete input"],
  ["SELECT # FROM clicks", "cannot read"],
  ["", "got nothing"],
])("%s is refused in one line", (sql, message) => {
  expect(() => analytics.query("one", sql)).toThrow(SqlRefused);
  expect(() => analytics.query("one", sql)).toThrow(message);
});

test("an account sees its own datasets alone", () => {
  expect(() => ask("SELECT count() FROM clicks", "two")).toThrow("there is no dataset clicks");
});
