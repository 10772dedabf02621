import { expect, test } from "vitest";
import { inPlace } from "../../src/diagnostic/sentence.ts";
import { type BackupWorkerStatus, backupWorkerText, notableOfBackupWorker } from "./backup-worker.ts";
import { notable } from "./notable.ts";
import type { StoreStatus } from "./stores.ts";
import { statusTable } from "./table.ts";
import type { WorkerStatus } from "./workers.ts";

const version = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
const healthy: WorkerStatus = {
  name: "shop/api",
  serves: [{ version: version("1"), percent: 100 }],
  since: "2026-11-30T09:00:00Z",
  by: "mia@example.com",
  facts: { requests: 1203, errors: 2, p95Ms: 12.4 },
};
const stores: readonly StoreStatus[] = [
  {
    name: "shop/orders",
    kind: "d1",
    facts: { bytes: 122_880, tables: 2, count: 1, migration: "0002_paid.sql", applied: 2 },
  },
  { name: "shop/files", kind: "r2", facts: { count: 10_000, bytes: 3 * 1024 ** 3 } },
  { name: "shop/sessions", kind: "kv", facts: { count: 1000, orMore: true } },
  { name: "shop/index", kind: "vectorize", facts: { count: 7, dimensions: 768, processedUpTo: null } },
  { name: "shop/jobs", kind: "queue", facts: { count: 2, bytes: 20, oldestAgeSeconds: 7300, consumers: 0 } },
  { name: "shop/models", kind: "aiGateway", facts: { lastRequests: 50, hits: 20 } },
  { name: "shop/old", kind: "hyperdrive", facts: { host: "db.example.com", database: "shop" } },
];

test("a stage is shown on one screen of 80 columns, each kind of store in its own words", () => {
  const shown = statusTable({
    stage: "prod",
    systems: [
      {
        system: "shop",
        digest: `sha256:${"4f2a3b1c".repeat(8)}`,
        since: "2026-11-30T09:12:44.100Z",
        by: "mia@laptop",
        commit: null,
      },
      { system: "stock", digest: null, since: null, by: null, commit: null },
    ],
    workers: [healthy],
    stores,
    migrations: [],
    backup: "there is no backup",
    notable: [],
  });
  expect(shown).toBe(`prod

system  digest        since (UTC)       by
shop    4f2a3b1c4f2a  2026-11-30 09:12  mia@laptop
stock   none alone    -                 -

worker    serves    requests/h  errors  p95
shop/api  11111111  1,203       2       12.4 ms

store          kind        holds
shop/orders    d1          1 row, 120 KiB, 0002_paid.sql
shop/files     r2          10,000 objects, 3.0 GiB
shop/sessions  kv          1,000 keys or more
shop/index     vectorize   7 vectors, 768 dimensions
shop/jobs      queue       2 messages, no consumer, the oldest 2 h
shop/models    aiGateway   20 of its last 50 requests were hits
shop/old       hyperdrive  db.example.com, shop

Backups: there is no backup

Nothing stands out.
`);
  for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("what somebody should look at is said by name: failures, splits, waiting messages, drift, and what could not be told", () => {
  const split = [
    { version: version("1"), percent: 90 },
    { version: version("2"), percent: 10 },
  ];
  expect(
    notable(
      [
        healthy,
        { ...healthy, name: "shop/split", serves: split },
        { ...healthy, name: "shop/failing", facts: { requests: 100, errors: 1, p95Ms: 3 } },
        { ...healthy, name: "shop/none", serves: [], facts: { requests: 0, errors: 0, p95Ms: null } },
        { ...healthy, name: "shop/blind", facts: {}, unknown: "POST /graphql: 403: not allowed" },
      ],
      [...stores, { name: "shop/hidden", kind: "kv", facts: {}, unknown: "GET …: 403" }],
      [
        {
          resource: "shop/api",
          aspect: "deployment",
          what: "Something else serves than the stack deployed",
          expected: "",
          found: "",
          differences: [],
          putBack: "up",
          fix: "",
        },
      ],
      [
        { name: "shop/orders", pending: ["0003_a.sql"], waiting: ["0002_b.sql"], refused: ["edited: 0001"] },
        { name: "shop/lost", pending: [], waiting: [], refused: [], unknown: "D1 does not answer" },
      ],
    ),
  ).toEqual([
    "shop/split: 90 % by 11111111, 10 % by 22222222",
    "shop/failing: 1 of 100 requests failed in the last hour",
    "shop/none: nothing is deployed",
    "shop/blind: no figures: POST /graphql: 403: not allowed",
    "shop/jobs: nothing takes its messages",
    "shop/jobs: its oldest message waits for 2 h",
    "shop/hidden: no figures: GET …: 403",
    "shop/orders: the next up carries out 0003_a.sql",
    "shop/orders: contract files wait to be opened: 0002_b.sql",
    "shop/orders: edited: 0001",
    "shop/lost: its migrations cannot be told: D1 does not answer",
    "shop/api: Something else serves than the stack deployed",
  ]);
});

const worker: BackupWorkerStatus = {
  schedule: ["0 3 * * *"],
  last: { name: "20261130T030000Z", endedAt: "2026-11-30T03:01:00.000Z" },
  underWay: null,
};
const place = { caller: "just", shell: "npx", real: false, stage: "prod" } as const;

test("the worker that writes backups is told with what it wrote, and what failed with the store that it was at", () => {
  expect(backupWorkerText(worker)).toBe("by a worker at 0 3 * * * (UTC); wrote 20261130T030000Z");
  expect(notableOfBackupWorker(worker, [])).toEqual([]);
  const failed = { at: "2026-12-01T03:00:09.000Z", unit: 1 };
  const underWay = {
    name: "20261201T030000Z",
    startedAt: "2026-12-01T03:00:00.000Z",
    done: 1,
    failed,
    isGivenUp: false,
  };
  const writing = { ...worker, underWay };
  expect(backupWorkerText(writing)).toContain("wrote 20261130T030000Z, writes 20261201T030000Z");
  const told = (status: BackupWorkerStatus) =>
    notableOfBackupWorker(status, ["shop/orders", "shop/sessions"]).map((each) => inPlace(each, place));
  expect(told(writing)).toEqual([
    "backups: the worker failed at 2026-12-01T03:00:09.000Z with shop/sessions, and tries again within 15 minutes. Why: just logs prod lockstep/backup",
  ]);
  expect(told({ ...writing, underWay: { ...underWay, failed: null } })).toEqual([]);
  expect(told({ ...writing, underWay: { ...underWay, isGivenUp: true } })[0]).toContain(
    "gave 20261201T030000Z up, and begins another when one is due: it failed at",
  );
  expect(told({ ...worker, unknown: "it does not answer" })).toEqual(["backups: it does not answer"]);
});
