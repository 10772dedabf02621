import { z } from "zod";
import { KvError } from "../../runtime/stores/kv-objects.ts";
import type { World } from "../../world.ts";
import {
  ApiError,
  type ApiRequest,
  type BodyLimit,
  largeBody,
  ok,
  type Reply,
  type Route,
} from "../http/service.ts";
import { bad, legalValue, maximumValueBytes, pair, requireLegalKey } from "./limits.ts";
import { namespaceOf } from "./namespaces.ts";

function keyOf(request: ApiRequest): string {
  const key = request.params["key"] ?? "";
  requireLegalKey(key);
  return key;
}

const notFound = (): ApiError => new ApiError(404, 10009, "get: 'key not found'");

interface Expiry {
  readonly expirationEpochSeconds?: number;
  readonly expirationTtlSeconds?: number;
}

/** The raw body is the value; a multipart body has it in `value`, with JSON in `metadata`. */
async function put(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const query = request.url.searchParams;
  const expiry: Expiry = {
    ...seconds(query.get("expiration"), "expirationEpochSeconds"),
    ...seconds(query.get("expiration_ttl"), "expirationTtlSeconds"),
  };
  const isForm = (request.headers.get("content-type") ?? "").startsWith("multipart/form-data");
  const { value, metadata } = isForm
    ? await formValue(request)
    : { value: await request.bytes(), metadata: undefined };
  await refused(() =>
    world.stores.kv.put(id, keyOf(request), value, {
      ...expiry,
      ...(metadata === undefined ? {} : { metadata }),
    }),
  );
  return ok({});
}

function seconds(text: string | null, name: keyof Expiry): Expiry {
  if (text === null || text === "") return {};
  const value = Number(text);
  if (!Number.isInteger(value))
    throw bad(`put: expiration must be a whole number of seconds, got ${JSON.stringify(text)}`);
  return { [name]: value };
}

async function formValue(
  request: ApiRequest,
): Promise<{ readonly value: Uint8Array; readonly metadata: unknown }> {
  const form = await request.form();
  const sent = form.get("value");
  if (sent === null) throw bad("put: 'value' is missing in the form");
  const text = form.get("metadata");
  return {
    value: await bytesOf(sent),
    metadata: text === null ? undefined : parsed(Buffer.from(await bytesOf(text)).toString("utf8")),
  };
}

const bytesOf = async (part: string | Blob): Promise<Uint8Array> =>
  typeof part === "string" ? Buffer.from(part) : new Uint8Array(await part.arrayBuffer());

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw bad("put: could not parse metadata as JSON");
  }
}

/** No envelope: the value itself. */
async function get(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const found = await refused(() => world.stores.kv.get(id, keyOf(request)));
  if (found === undefined) throw notFound();
  const expires = found.expirationEpochSeconds;
  const headers = {
    "content-type": "application/octet-stream",
    ...(expires === undefined ? {} : { expiration: String(expires) }),
  };
  return { kind: "raw", status: 200, headers, body: found.value };
}

async function metadata(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const found = await refused(() => world.stores.kv.get(id, keyOf(request)));
  if (found === undefined) throw notFound();
  return ok(found.metadata ?? null);
}

async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  await refused(() => world.stores.kv.delete(id, keyOf(request)));
  return ok({});
}

async function keys(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const query = request.url.searchParams;
  const limit = Number(query.get("limit") ?? 1000);
  if (!Number.isInteger(limit) || limit < 10 || limit > 1000)
    throw bad(
      `list keys: 'limit' must be a whole number from 10 to 1000, got ${JSON.stringify(query.get("limit"))}`,
    );
  const wanted = { prefix: query.get("prefix"), cursor: query.get("cursor") };
  const options = Object.fromEntries(
    Object.entries(wanted).flatMap(([k, v]) => (v === null || v === "" ? [] : [[k, v]])),
  );
  const found = await refused(() => world.stores.kv.list(id, { ...options, limit }));
  return ok(found.keys, { count: found.keys.length, cursor: found.cursor ?? "" });
}

const maximumBulkKeys = 10_000;
const bulkSchema = z.array(pair).max(maximumBulkKeys);

/** All or none: what KV would refuse is refused before anything is written. */
async function bulkPut(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const pairs = (await request.json(bulkSchema)).map((sent) => ({ ...sent, bytes: legalValue(sent) }));
  await atOnce(pairs, ({ key, bytes, expiration, expiration_ttl, metadata: data }) =>
    refused(() =>
      world.stores.kv.put(id, key, bytes, {
        ...(data === undefined || data === null ? {} : { metadata: data }),
        ...(expiration == null ? {} : { expirationEpochSeconds: expiration }),
        ...(expiration_ttl == null ? {} : { expirationTtlSeconds: expiration_ttl }),
      }),
    ),
  );
  return ok({ successful_key_count: pairs.length, unsuccessful_keys: [] });
}

async function bulkDelete(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const sent = await request.json(
    z
      .array(z.union([z.string(), z.object({ name: z.string() }).transform((k) => k.name)]))
      .max(maximumBulkKeys),
  );
  sent.forEach(requireLegalKey);
  await atOnce(sent, (key) => refused(() => world.stores.kv.delete(id, key)));
  return ok({ successful_key_count: sent.length, unsuccessful_keys: [] });
}

/** A few at a time: one after the other, ten thousand keys would take half a minute. The same key twice keeps its order. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 32) await Promise.all(items.slice(at, at + 32).map(work));
}

const bulkGetSchema = z.object({
  keys: z.array(z.string()).min(1).max(100),
  type: z.enum(["text", "json"]).nullish(),
  withMetadata: z.boolean().nullish(),
});

async function bulkGet(request: ApiRequest, world: World): Promise<Reply> {
  const { id } = namespaceOf(request, world);
  const sent = await request.json(bulkGetSchema);
  const values: [string, unknown][] = [];
  for (const key of sent.keys) {
    requireLegalKey(key);
    const found = await refused(() => world.stores.kv.get(id, key));
    const text = Buffer.from(found?.value ?? "").toString("utf8");
    const value = sent.type === "json" && found !== undefined ? parsedValue(key, text) : text;
    const expires = found?.expirationEpochSeconds;
    const whole = {
      value,
      metadata: found?.metadata ?? null,
      ...(expires === undefined ? {} : { expiration: expires }),
    };
    values.push([key, found === undefined ? null : sent.withMetadata === true ? whole : value]);
  }
  return ok({ values: Object.fromEntries(values) });
}

function parsedValue(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad(`bulk get: the value of ${JSON.stringify(key)} is not JSON`);
  }
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KvError) throw bad(error.message, error.status);
    throw error;
  }
}

/** A value, and what a multipart body has around it. */
const valueBody: BodyLimit = {
  maximumBytes: maximumValueBytes + 64 * 1024,
  refusal: (bytes) => bad(`Value length of ${bytes} exceeds limit of ${maximumValueBytes}.`, 413),
};

const base = "/accounts/:account/storage/kv/namespaces/:namespace";
const reads = "Workers KV Storage:Read";
const edits = "Workers KV Storage:Edit";
export const valueRoutes: readonly Route[] = [
  { method: "GET", path: `${base}/keys`, permission: reads, handle: keys },
  { method: "GET", path: `${base}/values/:key`, permission: reads, handle: get },
  { method: "PUT", path: `${base}/values/:key`, permission: edits, body: valueBody, handle: put },
  { method: "DELETE", path: `${base}/values/:key`, permission: edits, handle: remove },
  { method: "GET", path: `${base}/metadata/:key`, permission: reads, handle: metadata },
  { method: "PUT", path: `${base}/bulk`, permission: edits, body: largeBody, handle: bulkPut },
  { method: "DELETE", path: `${base}/bulk`, permission: edits, handle: bulkDelete },
  { method: "POST", path: `${base}/bulk/delete`, permission: edits, handle: bulkDelete },
  { method: "POST", path: `${base}/bulk/get`, permission: reads, handle: bulkGet },
];
