import { ApiFailure } from "../client/http.ts";
import type { HookContext, Kind } from "../facts/kind.ts";
import { isObject, text, type Value, type Values } from "../values/values.ts";

const namespaces = "accounts/{accountId}/storage/kv/namespaces";
const value = `${namespaces}/{namespaceId}/values/{keyName}`;

export const workersKvNamespace: Kind = {
  token: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  create: { method: "POST", path: namespaces },
  read: { method: "GET", path: `${namespaces}/{id}` },
  update: { method: "PUT", path: `${namespaces}/{id}` },
  delete: { method: "DELETE", path: `${namespaces}/{id}` },
  id: "result.id",
  importId: "{accountId}/{id}",
  existing: { path: namespaces, field: "title", property: "title", id: "id" },
};

export const workersKv: Kind = {
  token: "cloudflare:index/workersKv:WorkersKv",
  create: { method: "PUT", path: value },
  read: { method: "GET", path: value },
  update: { method: "PUT", path: value },
  delete: { method: "DELETE", path: value },
  id: "keyName",
  importId: "{accountId}/{namespaceId}/{keyName+}",
  notRead: ["expiration", "expirationTtl"],
  hooks: { send: put, fetch: get, answer: (result) => (isObject(result) ? result : {}) },
};

/** A value and its metadata travel as a form. */
async function put(path: string, values: Values, { api }: HookContext): Promise<Value> {
  const form = new FormData();
  form.append("value", text(values, "value") ?? "");
  const metadata = text(values, "metadata");
  if (metadata !== undefined) form.append("metadata", metadata);
  const encoded = new Response(form);
  return api.call("PUT", path, {
    query: expiry(values),
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    bytes: new Uint8Array(await encoded.arrayBuffer()),
  });
}

const expiry = (values: Values): Readonly<Record<string, string>> => ({
  ...(typeof values["expiration"] === "number" ? { expiration: String(values["expiration"]) } : {}),
  ...(typeof values["expirationTtl"] === "number" ? { expiration_ttl: String(values["expirationTtl"]) } : {}),
});

async function get(path: string, { api }: HookContext): Promise<Value> {
  const value = await api.call("GET", path, { answer: "text" });
  const metadata = await metadataOf(path.replace("/values/", "/metadata/"), api);
  return { value, ...(metadata === null ? {} : { metadata }) };
}

/** A key without metadata answers null, or not at all. */
async function metadataOf(path: string, api: HookContext["api"]): Promise<Value> {
  try {
    return await api.call("GET", path);
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return null;
    throw error;
  }
}
