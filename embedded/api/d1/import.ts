import { randomBytes } from "node:crypto";
import { z } from "zod";
import { d1ImportStartsAtInit } from "../../quirks/d1-import-starts-at-init.ts";
import { isOn } from "../../quirks/quirk.ts";
import { SqlError } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, type Reply, type Route } from "../http/service.ts";
import { type Database, databaseOf } from "./databases.ts";
import { importKey, kept, signedUrl, soon } from "./transfers.ts";

const etag = z.string().regex(/^[0-9a-f]{32}$/, "must be the file's MD5, 32 hexadecimal digits");
const importSchema = z.discriminatedUnion("action", [
  z.object({ action: z.literal("init"), etag }),
  z.object({ action: z.literal("ingest"), etag, filename: z.string() }),
  z.object({ action: z.literal("poll"), current_bookmark: z.string() }),
]);

interface Job {
  readonly atBookmark: string;
  readonly filename: string;
  /** The last answer; rejects for a bug only. */
  readonly outcome: Promise<object>;
}

/** The last import of each database since the process started. */
const jobs = new WeakMap<World, Map<string, Job>>();

/** Ids of databases with an import under way, from before its first await: of two that come at once, one runs. */
const importing = new Set<string>();

async function importFile(request: ApiRequest, world: World): Promise<Reply> {
  const database = databaseOf(request, world);
  const order = await request.json(importSchema);
  switch (order.action) {
    case "init": {
      const filename = `${database.uuid}.${randomBytes(4).toString("hex")}.sql`;
      const sql = isOn(d1ImportStartsAtInit)
        ? await kept(world, importKey(database.uuid, order.etag))
        : undefined;
      if (sql !== undefined) return answer(await start(world, database, filename, sql)); // already uploaded: it runs, again
      const uploadUrl = signedUrl(world, "upload", importKey(database.uuid, order.etag));
      return json(200, {
        success: true,
        type: "import",
        filename,
        upload_url: uploadUrl,
        messages: [],
        errors: [],
      });
    }
    case "ingest": {
      const sql = await kept(world, importKey(database.uuid, order.etag));
      if (sql === undefined)
        throw new ApiError(
          400,
          7400,
          `The request is malformed: no file with etag ${order.etag} was uploaded`,
        );
      return answer(await start(world, database, order.filename, sql));
    }
    case "poll": {
      const job = jobs.get(world)?.get(database.uuid);
      if (job === undefined || job.atBookmark !== order.current_bookmark)
        return json(200, {
          success: false,
          type: "import",
          status: "error",
          error: "Not currently importing anything.",
          errors: ["Not currently importing anything."],
          messages: [],
        });
      return answer(job);
    }
    default:
      return order satisfies never;
  }
}

async function start(world: World, database: Database, filename: string, sql: Uint8Array): Promise<Job> {
  const { uuid } = database;
  const known = jobs.get(world) ?? new Map<string, Job>();
  jobs.set(world, known);
  if (importing.has(uuid)) throw new ApiError(400, 7500, "Currently processing a long-running import.");
  importing.add(uuid);
  const end = (): void => void importing.delete(uuid);
  try {
    // Taken now, before the first statement: it is what a failed import leaves, and what a caller polls with.
    const atBookmark = await world.stores.d1.bookmark(uuid);
    const job: Job = { atBookmark, filename, outcome: run(world, database, atBookmark, sql) };
    known.set(uuid, job);
    job.outcome.then(end, end);
    return job;
  } catch (error) {
    end();
    throw error;
  }
}

async function run(world: World, database: Database, atBookmark: string, sql: Uint8Array): Promise<object> {
  const base = { type: "import", at_bookmark: atBookmark };
  try {
    const { statements, meta } = await world.stores.d1.import(database.uuid, decoded(sql));
    const result = {
      final_bookmark: await world.stores.d1.bookmark(database.uuid),
      num_queries: statements,
      meta: { ...meta, served_by_region: database.region },
    };
    const messages = [`Processed ${statements} queries.`];
    return { ...base, success: true, status: "complete", messages, errors: [], result };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const text = error.message;
    return { ...base, success: false, status: "error", messages: [], error: text, errors: [text] };
  }
}

function decoded(sql: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(sql);
  } catch {
    throw new SqlError("The file is not UTF-8 text.");
  }
}

/** What is known after a short wait. */
async function answer(job: Job): Promise<Reply> {
  const done = await soon(job.outcome);
  if (done !== undefined) return json(200, done);
  return json(202, {
    success: true,
    type: "import",
    at_bookmark: job.atBookmark,
    status: "active",
    messages: [],
    errors: [],
  });
}

const json = (status: number, result: object): Reply => ({ kind: "json", status, result });

export const importRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/accounts/:account/d1/database/:database/import",
    permission: "D1:Edit",
    handle: importFile,
  },
];
