import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { BucketEvents, Stores } from "../stores.ts";
import { databaseInfo, runBatch, runOne } from "./d1/d1-objects.ts";
import { removeDatabase } from "./d1/database-files.ts";
import { openLedger } from "./d1/ledger.ts";
import { perDatabase } from "./d1/per-database.ts";
import { type TimeTravel, timeTravel } from "./d1/time-travel.ts";
import { exportSql, importSql } from "./d1/transfer.ts";
import { kvObjects } from "./kv-objects.ts";
import { startStoresProcess } from "./miniflare.ts";
import { importKey, objectClass, objectFile } from "./object-file.ts";
import { bucketEvents } from "./r2-events.ts";
import { r2Objects } from "./r2-objects.ts";

export interface StoresOptions {
  /** The embedded Cloudflare's folder; the stores keep theirs in `stores/` and `snapshots/` below it. */
  readonly dataDir: string;
  /** What workerd has to say. @default standard error */
  readonly log?: (line: string) => void;
}

const reportSchema = z.object({
  statements: z.array(
    z.object({ database: z.string(), caller: z.string(), sql: z.string(), count: z.number() }),
  ),
  written: z.array(z.tuple([z.string(), z.number()])),
  rows: z.array(z.object({ database: z.string(), sql: z.string(), rows: z.number(), count: z.number() })),
});

/** Starts the stores process on what `dataDir` holds; ready in about a tenth of a second. */
export async function startStores({
  dataDir,
  log = (line) => console.error(line),
}: StoresOptions): Promise<Stores> {
  const root = join(dataDir, "stores");
  const snapshots = join(dataDir, "snapshots");
  for (const folder of [root, snapshots]) mkdirSync(folder, { recursive: true });
  rmSync(join(root, "do", importKey), { recursive: true, force: true }); // copies of imports that were cut off
  const ledger = openLedger(join(root, "ledger.sqlite"));
  const inTurn = perDatabase();
  let travel: TimeTravel | undefined;
  const listeners = new Set<(events: BucketEvents) => void>();
  const stores = await startStoresProcess(
    root,
    {
      database(id) {
        ledger.meet(id);
        return ledger.object(id);
      },
      removed: ledger.isRemoved,
      report(body) {
        const { statements, written, rows } = reportSchema.parse(body);
        ledger.addStatements(statements);
        ledger.written.add(rows, Date.now());
        for (const [id, atMs] of written) travel?.written(id, atMs);
      },
      objectsChanged(body) {
        const events = bucketEvents.parse(body);
        for (const listener of listeners) listener(events);
      },
    },
    log,
  ).catch((error: unknown) => {
    ledger.close();
    throw error;
  });
  const travelling = timeTravel({ root, snapshots, ledger, stores, inTurn, log });
  travel = travelling;
  const parts = { root, ledger, stores, travel: travelling };
  /** Remembered first: cells that are still bound to it get nothing more, and cannot bring it to life again. */
  const removeObject = async (kind: "KV" | "R2", id: string): Promise<void> => {
    ledger.setRemoved(`${kind}/${id}`);
    await stores.steer({ op: "remove", kind, id });
    removeDatabase(objectFile(root, kind, id));
    rmSync(join(root, objectClass[kind].folder, id), { recursive: true, force: true });
  };
  return {
    address: stores.address,
    key: stores.key,
    d1: {
      batch: (id, statements) => runBatch(stores, id, statements),
      one: (id, statement) => runOne(stores, id, statement),
      info: (id) => databaseInfo(stores, id),
      export: (id, options) => inTurn(id, () => exportSql(parts, id, options)),
      import: (id, sql) => inTurn(id, () => importSql(parts, id, sql)),
      bookmark: travelling.bookmark,
      restore: travelling.restore,
      remove: (id) =>
        inTurn(id, async () => {
          await travelling.shut(id);
          const { object } = ledger.object(id);
          ledger.setGone(id);
          await travelling.open(id);
          removeDatabase(objectFile(root, "D1", object));
          travelling.forget(id);
        }),
      statements: ledger.statements,
      written: ledger.written.of,
    },
    r2: {
      ...r2Objects(stores),
      remove: (id) => removeObject("R2", id),
      onEvents: (listener) => void listeners.add(listener),
    },
    kv: { ...kvObjects(stores), remove: (id) => removeObject("KV", id) },
    async close() {
      await travelling.close();
      // Counts of statements that were not reported yet; a workerd that is away has none.
      await stores.steer({ op: "flush" }).catch((error: unknown) => log(`stores: ${String(error)}`));
      await stores.close();
      ledger.close();
    },
  };
}
