import { z } from "zod";
import { d1TriggerSplitting } from "../../quirks/d1-trigger-splitting.ts";
import { isOn } from "../../quirks/quirk.ts";
import { normaliseSql } from "../../runtime/stores/d1/normalise-sql.js";
import { type D1Result, type D1Statement, SqlError } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, largeBody, ok, type Reply, type Route } from "../http/service.ts";
import { databaseOf } from "./databases.ts";
import { splitSql } from "./split-sql.ts";
import { cutsTrigger } from "./splitter.ts";

const statement = z.object({ sql: z.string(), params: z.array(z.unknown()).nullish() });
const querySchema = z.union([z.object({ batch: z.array(statement) }), statement]);

/** One atomic request: the statements of the body, all or none. */
async function run(request: ApiRequest, world: World): Promise<readonly D1Result[]> {
  const { uuid, region } = databaseOf(request, world);
  const body = await request.json(querySchema);
  const statements = ("batch" in body ? body.batch : [body]).flatMap(({ sql, params }) =>
    separate(sql, params ?? []),
  );
  if (statements.length === 0) throw new ApiError(400, 7500, "No SQL statements detected.");
  // Who may read may ask, but not change.
  if (!statements.every(({ sql }) => normaliseSql(sql).readOnly)) request.require("D1:Edit");
  try {
    const results = await world.stores.d1.batch(uuid, statements);
    return results.map((result) => ({ ...result, meta: { ...result.meta, served_by_region: region } }));
  } catch (error) {
    if (error instanceof SqlError) throw new ApiError(400, 7500, error.message);
    throw error;
  }
}

function separate(sql: string, params: readonly unknown[]): readonly D1Statement[] {
  const texts = splitSql(sql);
  if (params.length > 0 && texts.length > 1)
    throw new ApiError(
      400,
      7400,
      "The request is malformed: params with multiple statements is not supported",
    );
  if (isOn(d1TriggerSplitting) && texts.some(cutsTrigger))
    throw new ApiError(400, 7500, "incomplete input: SQLITE_ERROR");
  return texts.map((text) => ({ sql: text, params: params.map(bindable) }));
}

/** JSON's booleans are 0 and 1 to SQLite; arrays are blobs, byte by byte. Nothing else can be bound. */
function bindable(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    return value;
  throw new ApiError(400, 7400, `The request is malformed: params: ${JSON.stringify(value)} cannot be bound`);
}

const query = async (request: ApiRequest, world: World): Promise<Reply> =>
  ok((await run(request, world)).map(({ results, meta }) => ({ results, success: true, meta })));

const raw = async (request: ApiRequest, world: World): Promise<Reply> =>
  ok(
    (await run(request, world)).map(({ columns, rows, meta }) => ({
      results: { columns, rows },
      success: true,
      meta,
    })),
  );

/** What the Workers that are bound to the database have run. Not part of Cloudflare's API: only the embedded one can tell. */
const statements = (request: ApiRequest, world: World): Reply =>
  ok(world.stores.d1.statements(databaseOf(request, world).uuid));

const base = "/accounts/:account/d1/database/:database";
export const queryRoutes: readonly Route[] = [
  { method: "POST", path: `${base}/query`, permission: "D1:Read", body: largeBody, handle: query },
  { method: "POST", path: `${base}/raw`, permission: "D1:Read", body: largeBody, handle: raw },
  { method: "GET", path: `${base}/lockstep/statements`, permission: "D1:Read", handle: statements },
];
