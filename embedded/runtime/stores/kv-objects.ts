import { z } from "zod";
import type { Stores } from "../stores.ts";
import type { StoresProcess } from "./miniflare.ts";

/** Refused by KV itself, such as a key that is too long: its status and text. */
export class KvError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "KvError";
    this.status = status;
  }
}

const listSchema = z.object({
  keys: z.array(
    z.object({ name: z.string(), expiration: z.number().optional(), metadata: z.string().optional() }),
  ),
  cursor: z.string().optional(),
});

/** KV's own binding protocol. */
export function kvObjects(stores: StoresProcess): Omit<Stores["kv"], "remove"> {
  const path = (key: string, query: Readonly<Record<string, string>> = {}): string =>
    `/${encodeURIComponent(key)}?${new URLSearchParams({ urlencoded: "true", ...query })}`;
  const checked = async (response: Response): Promise<Response> => {
    if (response.ok) return response;
    throw new KvError(response.status, (await response.text()) || response.statusText);
  };
  return {
    async put(namespace, key, value, { metadata, expirationEpochSeconds, expirationTtlSeconds }) {
      const query = {
        ...(expirationEpochSeconds === undefined ? {} : { expiration: String(expirationEpochSeconds) }),
        ...(expirationTtlSeconds === undefined ? {} : { expiration_ttl: String(expirationTtlSeconds) }),
      };
      const headers: Record<string, string> =
        metadata === undefined || metadata === null ? {} : { "cf-kv-metadata": ascii(metadata) };
      const response = await checked(
        await stores.ask("KV", namespace, { path: path(key, query), method: "PUT", headers, body: value }),
      );
      await response.arrayBuffer();
    },
    async get(namespace, key) {
      const response = await stores.ask("KV", namespace, { path: path(key) });
      if (response.status === 404) return void (await response.arrayBuffer());
      await checked(response);
      const metadata = response.headers.get("cf-kv-metadata");
      const expiration = response.headers.get("cf-expiration");
      return {
        value: new Uint8Array(await response.arrayBuffer()),
        metadata: metadata === null ? null : JSON.parse(Buffer.from(metadata, "latin1").toString("utf8")),
        expirationEpochSeconds: expiration === null ? undefined : Number(expiration),
      };
    },
    async delete(namespace, key) {
      const response = await checked(
        await stores.ask("KV", namespace, { path: path(key), method: "DELETE" }),
      );
      await response.arrayBuffer();
    },
    async list(namespace, { prefix, cursor, limit }) {
      const query = new URLSearchParams({
        ...(prefix === undefined ? {} : { prefix }),
        ...(cursor === undefined ? {} : { cursor }),
        ...(limit === undefined ? {} : { key_count_limit: String(limit) }),
      });
      const response = await checked(await stores.ask("KV", namespace, { path: `/?${query}` }));
      const found = listSchema.parse(await response.json());
      return {
        keys: found.keys.map(({ name, expiration, metadata }) => ({
          name,
          ...(expiration === undefined ? {} : { expiration }),
          ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) }),
        })),
        cursor: found.cursor,
      };
    },
  };
}

/** JSON for a header: letters beyond ASCII would not pass one. */
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
