import { retentionMs } from "../../runtime/stores/d1/retention.ts";
import { BookmarkUnknown } from "../../runtime/stores/d1/time-travel.ts";
import { SqlError } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type Database, databaseOf } from "./databases.ts";

async function bookmark(request: ApiRequest, world: World): Promise<Reply> {
  const database = databaseOf(request, world);
  const timestamp = request.url.searchParams.get("timestamp");
  const atMs = timestamp === null ? undefined : pointInTime(timestamp, database);
  return ok({ bookmark: await known(() => world.stores.d1.bookmark(database.uuid, atMs)) });
}

async function restore(request: ApiRequest, world: World): Promise<Reply> {
  const database = databaseOf(request, world);
  const query = request.url.searchParams;
  const timestamp = query.get("timestamp");
  const wanted = query.get("bookmark") ?? undefined;
  if ((timestamp === null) === (wanted === undefined))
    throw malformed("either bookmark or timestamp is required");
  return known(async () => {
    const atMs = timestamp === null ? undefined : pointInTime(timestamp, database);
    const target = wanted ?? (await world.stores.d1.bookmark(database.uuid, atMs));
    const done = await world.stores.d1.restore(database.uuid, target);
    const message = `Database restored to ${target}. To undo, restore to ${done.previousBookmark}.`;
    return ok({ bookmark: done.bookmark, previous_bookmark: done.previousBookmark, message });
  });
}

async function known<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BookmarkUnknown) throw malformed(error.message);
    if (error instanceof SqlError) throw new ApiError(400, 7500, error.message);
    throw error;
  }
}

/** ISO 8601, not before the database was created and not longer ago than it can be gone back. */
function pointInTime(timestamp: string, database: Database): number {
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(atMs)) throw malformed(`timestamp: ${JSON.stringify(timestamp)} is not an ISO 8601 time`);
  if (atMs < Date.parse(database.createdAt))
    throw malformed(`timestamp: ${timestamp} is before the database was created (${database.createdAt})`);
  if (atMs < Date.now() - retentionMs) throw malformed(`timestamp: ${timestamp} is longer ago than 30 days`);
  return atMs;
}

const malformed = (what: string): ApiError => new ApiError(400, 7400, `The request is malformed: ${what}`);

const base = "/accounts/:account/d1/database/:database/time_travel";
export const timeTravelRoutes: readonly Route[] = [
  { method: "GET", path: `${base}/bookmark`, permission: "D1:Read", handle: bookmark },
  { method: "POST", path: `${base}/restore`, permission: "D1:Edit", handle: restore },
];
