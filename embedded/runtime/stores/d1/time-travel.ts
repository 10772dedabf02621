import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SqlError } from "../../stores.ts";
import type { StoresProcess } from "../miniflare.ts";
import { objectFile } from "../object-file.ts";
import { emptyBookmark, isBookmark, newBookmark } from "./bookmark.ts";
import { changedMs, copyLive, copyStill, removeDatabase, shareStill } from "./database-files.ts";
import type { Ledger, Snapshot } from "./ledger.ts";
import { nextObject, recover } from "./recovery.ts";
import { outdated } from "./retention.ts";

/** No state of the database is known under this bookmark, or none that old. */
export class BookmarkUnknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BookmarkUnknown";
  }
}

export interface TimeTravel {
  /** Bookmark of now, or of the latest known state not after `atMs`. */
  readonly bookmark: (databaseId: string, atMs?: number) => Promise<string>;
  readonly restore: (
    databaseId: string,
    bookmark: string,
  ) => Promise<{ readonly bookmark: string; readonly previousBookmark: string }>;
  /** Shuts the database and returns in which state it is. */
  readonly shut: (databaseId: string, message?: string) => Promise<string>;
  readonly open: (databaseId: string) => Promise<void>;
  /** Puts a file that nothing has open in the place of the database that was shut in this state. */
  readonly replace: (databaseId: string, state: string, file: string | undefined) => Promise<void>;
  /** To be told of every write: a snapshot follows soon, at most one a minute. */
  readonly written: (databaseId: string, atMs: number) => void;
  readonly forget: (databaseId: string) => void;
  /** Takes no more snapshots by itself; settled when none is being taken. */
  readonly close: () => Promise<void>;
}

const quietMs = 1_000;
const betweenMs = 60_000;
/** Queries that run longer than this when a restore begins are cut, as on Cloudflare. */
const graceMs = 5_000;

const versionSchema = z.object({
  version: z.string(),
  writing: z.boolean(),
  lastWriteMs: z.number().nullable(),
});

export interface TimeTravelParts {
  readonly root: string;
  readonly snapshots: string;
  readonly ledger: Ledger;
  readonly stores: StoresProcess;
  readonly inTurn: <T>(databaseId: string, work: () => Promise<T>) => Promise<T>;
  readonly log: (line: string) => void;
}

export function timeTravel({ root, snapshots, ledger, stores, inTurn, log }: TimeTravelParts): TimeTravel {
  const upToDate = new Map<string, { readonly version: string; readonly bookmark: string }>();
  const taking = new Set<Promise<void>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const lastTakenMs = new Map<string, number>();
  const liveFile = (id: string): string => objectFile(root, "D1", ledger.object(id).object);
  const snapshotFile = (id: string, bookmark: string): string =>
    join(snapshots, encodeURIComponent(id), `${bookmark}.sqlite`);
  const exchangedMs = new Map<string, number>();
  const version = async (id: string): Promise<z.infer<typeof versionSchema>> => {
    const told = versionSchema.parse(await stores.steer({ op: "version", id }));
    const exchanged = exchangedMs.get(id); // it became another database then, whatever was written before
    return exchanged === undefined
      ? told
      : { ...told, lastWriteMs: Math.max(exchanged, told.lastWriteMs ?? 0) };
  };

  async function current(id: string, kept: boolean): Promise<string> {
    if (!existsSync(liveFile(id))) return emptyBookmark(id);
    const before = await version(id);
    const known = upToDate.get(id);
    if (known?.version === before.version) {
      if (kept) ledger.keepSnapshot(id, known.bookmark);
      return known.bookmark;
    }
    const takenMs = Date.now();
    const bookmark = newBookmark(takenMs);
    await copyLive(liveFile(id), snapshotFile(id, bookmark));
    // What is written while it is copied may be in it or not: then it is the state of no moment before this one.
    const isStill = !before.writing && (await version(id)).version === before.version;
    const sinceMs = before.lastWriteMs ?? Math.floor(changedMs(liveFile(id)));
    ledger.addSnapshot(
      { database: id, bookmark, sinceMs: isStill ? sinceMs : Date.now(), takenMs, kept },
      sinceMs,
    );
    upToDate.set(id, { version: before.version, bookmark });
    lastTakenMs.set(id, takenMs);
    tidy(id);
    return bookmark;
  }

  function tidy(id: string): void {
    const old = outdated(ledger.snapshots(id), Date.now(), ({ bookmark }) =>
      sizeOf(snapshotFile(id, bookmark)),
    );
    ledger.removeSnapshots(
      id,
      old.map((s) => s.bookmark),
    );
    for (const { bookmark } of old) rmSync(snapshotFile(id, bookmark), { force: true });
  }

  async function at(id: string, atMs: number): Promise<string> {
    const { lastWriteMs } = await version(id);
    if (lastWriteMs !== null && lastWriteMs <= atMs) return current(id, true);
    const latest = ledger.snapshots(id).findLast((s) => s.sinceMs <= atMs);
    if (lastWriteMs === null && existsSync(liveFile(id)) && changedMs(liveFile(id)) <= atMs)
      return current(id, true);
    if (latest === undefined) {
      if (atMs < (ledger.firstMs(id) ?? Number.POSITIVE_INFINITY)) return emptyBookmark(id);
      throw new BookmarkUnknown(
        `No state of database ${id} as old as ${new Date(atMs).toISOString()} is kept any more`,
      );
    }
    ledger.keepSnapshot(id, latest.bookmark);
    return latest.bookmark;
  }

  async function shut(id: string, message?: string): Promise<string> {
    await stores.steer({ op: "shut", id, graceMs, ...(message === undefined ? {} : { message }) });
    return (await version(id)).version;
  }

  const open = async (id: string): Promise<void> => {
    await stores.steer({ op: "open", id, ...ledger.object(id) });
  };

  async function replace(id: string, state: string, file: string | undefined): Promise<void> {
    // A write that took longer than the grace, or a workerd that was started anew and knows of no shut door:
    // what was acknowledged since must not get lost.
    if ((await version(id)).version !== state)
      throw new SqlError(
        "The database was written while it was to be exchanged: nothing was changed, try again.",
      );
    const old = ledger.object(id).object;
    const object = nextObject(id, old);
    const target = objectFile(root, "D1", object);
    if (file === undefined) removeDatabase(target);
    else await copyStill(file, target);
    ledger.setObject(id, object); // from here on the new file is the database, whatever happens
    exchangedMs.set(id, Date.now());
    upToDate.delete(id);
    await open(id);
    removeDatabase(objectFile(root, "D1", old));
  }

  async function restore(
    id: string,
    bookmark: string,
  ): Promise<{ readonly bookmark: string; readonly previousBookmark: string }> {
    const file = bookmark === emptyBookmark(id) ? undefined : snapshotFile(id, bookmark);
    if (
      file !== undefined &&
      (!isBookmark(bookmark) || !ledger.snapshots(id).some((s) => s.bookmark === bookmark))
    )
      throw new BookmarkUnknown(
        `No state of database ${id} is known under the bookmark ${JSON.stringify(bookmark)}`,
      );
    ledger.keepSnapshot(id, bookmark);
    const state = await shut(id);
    try {
      const previousBookmark = await current(id, true);
      await replace(id, state, file);
      return { bookmark: file === undefined ? bookmark : remember(id, state, file), previousBookmark };
    } finally {
      await open(id);
    }
  }

  /** The restored state has a history of its own from now on: a timestamp between now and the next write means it. */
  function remember(id: string, state: string, file: string): string {
    const nowMs = Date.now();
    const copy: Snapshot = {
      database: id,
      bookmark: newBookmark(nowMs),
      sinceMs: nowMs,
      takenMs: nowMs,
      kept: true,
    };
    shareStill(file, snapshotFile(id, copy.bookmark));
    ledger.addSnapshot(copy);
    upToDate.set(id, { version: state, bookmark: copy.bookmark }); // who wrote since the door was opened has another
    return copy.bookmark;
  }

  function written(id: string, atMs: number): void {
    if (timers.has(id)) return;
    const dueMs = Math.max(atMs + quietMs, (lastTakenMs.get(id) ?? 0) + betweenMs);
    const run = (): void => {
      timers.delete(id);
      const taken = inTurn(id, async () => {
        if (!ledger.object(id).gone) await current(id, false);
      }).catch((error: unknown) => log(`stores: no snapshot of database ${id}: ${String(error)}`));
      taking.add(taken);
      taken.finally(() => taking.delete(taken));
    };
    const inMs = Math.min(Math.max(0, dueMs - Date.now()), betweenMs); // a clock that was set back must not put it off
    timers.set(id, setTimeout(run, inMs).unref());
  }

  for (const id of recover({ root, snapshots, ledger })) written(id, Date.now());
  return {
    bookmark: (id, atMs) =>
      inTurn(id, () => (atMs === undefined || atMs >= Date.now() ? current(id, true) : at(id, atMs))),
    restore: (id, bookmark) => inTurn(id, () => restore(id, bookmark)),
    shut,
    open,
    replace,
    written,
    forget(id) {
      clearTimeout(timers.get(id));
      timers.delete(id);
      upToDate.delete(id);
      ledger.removeSnapshots(
        id,
        ledger.snapshots(id).map((s) => s.bookmark),
      );
      rmSync(join(snapshots, encodeURIComponent(id)), { recursive: true, force: true });
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(taking);
    },
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
