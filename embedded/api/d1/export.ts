import { randomBytes } from "node:crypto";
import { z } from "zod";
import { SqlError } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, type Reply, type Route } from "../http/service.ts";
import { type Database, databaseOf } from "./databases.ts";
import { exportKey, forget, keep, signedUrl, soon } from "./transfers.ts";

const exportSchema = z.object({
  output_format: z.literal("polling"),
  current_bookmark: z.string().nullish(),
  dump_options: z
    .object({
      no_data: z.boolean().nullish(),
      no_schema: z.boolean().nullish(),
      tables: z.array(z.string()).nullish(),
    })
    .nullish(),
});

interface Job {
  readonly atBookmark: string;
  readonly outcome: Promise<object>;
}

const jobs = new WeakMap<World, Map<string, Job>>();
const hourMs = 60 * 60_000;

async function exportDatabase(request: ApiRequest, world: World): Promise<Reply> {
  const database = databaseOf(request, world);
  const sent = await request.json(exportSchema);
  const known = jobs.get(world) ?? new Map<string, Job>();
  jobs.set(world, known);
  const running = known.get(database.uuid);
  if (sent.current_bookmark != null) {
    if (running?.atBookmark !== sent.current_bookmark)
      throw new ApiError(400, 7500, "Not currently exporting anything.");
    return answer(running);
  }
  const options = {
    schema: sent.dump_options?.no_schema !== true,
    data: sent.dump_options?.no_data !== true,
    tables: sent.dump_options?.tables ?? [],
  };
  const atBookmark = await world.stores.d1.bookmark(database.uuid);
  const job: Job = { atBookmark, outcome: run(world, database, atBookmark, options) };
  known.set(database.uuid, job);
  return answer(job);
}

async function run(
  world: World,
  database: Database,
  atBookmark: string,
  options: { readonly schema: boolean; readonly data: boolean; readonly tables: readonly string[] },
): Promise<object> {
  const base = { type: "export", at_bookmark: atBookmark };
  try {
    await forget(world, exportKey(database.uuid, ""), hourMs);
    const sql = await world.stores.d1.export(database.uuid, options);
    const filename = `${database.uuid}-${randomBytes(4).toString("hex")}.sql`;
    const key = exportKey(database.uuid, filename);
    await keep(world, key, Buffer.from(sql));
    const result = { filename, signed_url: signedUrl(world, "download", key) };
    return { ...base, success: true, status: "complete", messages: ["Uploaded part 1"], result };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { ...base, success: false, status: "error", messages: [], error: error.message };
  }
}

async function answer(job: Job): Promise<Reply> {
  const done = await soon(job.outcome);
  if (done !== undefined) return { kind: "json", status: 200, result: done };
  return {
    kind: "json",
    status: 202,
    result: { success: true, type: "export", at_bookmark: job.atBookmark, status: "active", messages: [] },
  };
}

export const exportRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/accounts/:account/d1/database/:database/export",
    permission: "D1:Edit",
    handle: exportDatabase,
  },
];
