import type { Kind } from "../facts/kind.ts";

const databases = "accounts/{accountId}/d1/database";

export const d1Database: Kind = {
  token: "cloudflare:index/d1Database:D1Database",
  create: { method: "POST", path: databases },
  read: { method: "GET", path: `${databases}/{id}` },
  update: { method: "PUT", path: `${databases}/{id}` },
  delete: { method: "DELETE", path: `${databases}/{id}` },
  id: "result.uuid",
  importId: "{accountId}/{id}",
  notSent: ["fields"],
  notRead: ["primaryLocationHint", "fields"],
  existing: {
    path: databases,
    query: (values) => ({ name: String(values["name"]) }),
    field: "name",
    property: "name",
    id: "uuid",
  },
};
