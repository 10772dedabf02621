import type { Kind } from "../kind.ts";

const namespaces = "accounts/{accountId}/storage/kv/namespaces";

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
