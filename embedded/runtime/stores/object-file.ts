import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

/** Which of Miniflare's object classes keeps a store. */
export type StoreKind = "KV" | "R2" | "D1";

export const objectClass = {
  KV: { serviceName: "kv:ns", className: "KVNamespaceObject", folder: "kv" },
  R2: { serviceName: "r2:bucket", className: "R2BucketObject", folder: "r2" },
  D1: { serviceName: "d1:db", className: "D1DatabaseObject", folder: "d1" },
} as const;

/** Where workerd keeps the SQLite file of the object with this name. */
export function objectFile(root: string, kind: StoreKind, name: string): string {
  const { folder, className } = objectClass[kind];
  const uniqueKey = `miniflare-${className}`;
  return join(root, folder, uniqueKey, `${objectId(uniqueKey, name)}.sqlite`);
}

/** Namespace of the objects that imports run in. */
export const importKey = "lockstep-import";

/** Where the copy lies that an import with this name works on. */
export const importFile = (root: string, name: string): string =>
  join(root, "do", importKey, `${objectId(importKey, name)}.sqlite`);

/** workerd's own `idFromName`, so that a file can be found (or put in place) without asking it. */
function objectId(uniqueKey: string, name: string): string {
  const key = createHash("sha256").update(uniqueKey).digest();
  const mac = (data: string | Buffer): Buffer =>
    createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const named = mac(name);
  return Buffer.concat([named, mac(named)]).toString("hex");
}
