import { z } from "zod";
import { d1TriggerSplitting } from "../../quirks/d1-trigger-splitting.ts";
import { isOn } from "../../quirks/quirk.ts";
import { isReadOnly } from "../../runtime/stores/d1/normalise-sql.js";
import { type D1Page, type D1Result, type D1Statement, SqlError } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, largeBody, ok, type Reply, type Route } from "../http/service.ts";
import { type Database, databaseOf } from "./databases.ts";
import { splitSql } from "./split-sql.ts";
import { cutsTrigger } from "./splitter.ts";

const statement = z.object({ sql: z.string(), params: z.array(z.unknown()).nullish() });
const querySchema = z.union([z.object({ batch: z.array(statement) }), statement]);

interface Asked {
  readonly database: Database;
  readonly statements: readonly D1Statement[];
}

/** The statements of the body: one atomic request. Whoever asks may run them. */
async function asked(request: ApiRequest, world: World): Promise<Asked> {
  const database = databaseOf(request, world);
  const body = await request.json(querySchema);
  const statements = ("batch" in body ? body.batch : [body]).flatMap(({ sql, params }) =>
    separate(sql, params ?? []),
  );
  if (statements.length === 0) throw new ApiError(400, 7500, "No SQL statements detected.");
  // Who may read may ask, but not change.
  if (!statements.every(({ sql }) => isReadOnly(sql))) request.require("D1:Edit");
  return { database, statements };
}

async function answered<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
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

async function query(request: ApiRequest, world: World): Promise<Reply> {
  const { database, statements } = await asked(request, world);
  const [only] = statements;
  if (only !== undefined && statements.length === 1)
    return page(database, await answered(world.stores.d1.one(database.uuid, only)));
  const results = await answered(world.stores.d1.batch(database.uuid, statements));
  return ok(
    results.map(({ results: rows, meta }) => ({
      results: rows,
      success: true,
      meta: inRegion(database, meta),
    })),
  );
}

/** The same answer around rows that are JSON already. */
function page(database: Database, { results, meta }: D1Page): Reply {
  const parts = [
    Buffer.from('{"success":true,"errors":[],"messages":[],"result":[{"results":'),
    ...results,
    Buffer.from(`,"success":true,"meta":${JSON.stringify(inRegion(database, meta))}}]}`),
  ];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const headers = { "content-type": "application/json", "content-length": String(length) };
  return { kind: "raw", status: 200, headers, body: inTurn(parts) };
}

async function* inTurn(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function raw(request: ApiRequest, world: World): Promise<Reply> {
  const { database, statements } = await asked(request, world);
  const results = await answered(world.stores.d1.batch(database.uuid, statements));
  return ok(
    results.map(({ columns, rows, meta }) => ({
      results: { columns, rows },
      success: true,
      meta: inRegion(database, meta),
    })),
  );
}

const inRegion = ({ region }: Database, meta: D1Result["meta"]): object => ({
  ...meta,
  served_by_region: region,
});

/** What the Workers that are bound to the database have run. Not part of Cloudflare's API: only the embedded one can tell. */
const statements = (request: ApiRequest, world: World): Reply =>
  ok(world.stores.d1.statements(databaseOf(request, world).uuid));

const base = "/accounts/:account/d1/database/:database";
export const queryRoutes: readonly Route[] = [
  { method: "POST", path: `${base}/query`, permission: "D1:Read", body: largeBody, handle: query },
  { method: "POST", path: `${base}/raw`, permission: "D1:Read", body: largeBody, handle: raw },
  { method: "GET", path: `${base}/lockstep/statements`, permission: "D1:Read", handle: statements },
];
