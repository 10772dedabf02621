import { createHash } from "node:crypto";
import type { State } from "../../../state.ts";

/**
 * The bytes of uploads, each kept once under its digest (modules) or under the hash its client gave it (assets),
 * with a note of which Workers use it, so that removing a Worker removes what nobody else needs.
 */
export interface Parts {
  /** Keeps the bytes for this Worker; returns their digest. */
  keep(workerId: string, bytes: Uint8Array): string;
  /** Keeps an asset of an account under the client's hash. */
  keepAsset(account: string, hash: string, bytes: Uint8Array): void;
  hasAsset(account: string, hash: string): boolean;
  asset(account: string, hash: string): Uint8Array;
  /** Notes that the Worker uses assets already kept. */
  useAssets(workerId: string, account: string, hashes: readonly string[]): void;
  /** Throws for a digest that was never kept: the state file is damaged. */
  read(digest: string): Uint8Array;
  /** Forgets the Worker's uses of all parts but these: what an upload that was refused had brought. */
  retain(workerId: string, keys: ReadonlySet<string>): void;
  /** The key of an asset among the parts. */
  assetKey(account: string, hash: string): string;
  /** Forgets the Worker's uses and removes what nobody uses any more. */
  release(workerId: string): void;
}

const dayMs = 24 * 60 * 60 * 1000;
const opened = new WeakMap<State, Parts>();

export function openParts(state: State): Parts {
  const known = opened.get(state);
  if (known !== undefined) return known;
  const db = state.sqlite;
  db.exec(`CREATE TABLE IF NOT EXISTS worker_parts(digest TEXT PRIMARY KEY, bytes BLOB NOT NULL, kept_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS worker_part_uses(worker TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY(worker, digest)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS worker_part_users ON worker_part_uses(digest)`);
  const insert = db.prepare("INSERT OR IGNORE INTO worker_parts(digest, bytes, kept_ms) VALUES (?, ?, ?)");
  const use = db.prepare("INSERT OR IGNORE INTO worker_part_uses(worker, digest) VALUES (?, ?)");
  const select = db.prepare("SELECT bytes FROM worker_parts WHERE digest = ?");
  const exists = db.prepare("SELECT 1 AS found FROM worker_parts WHERE digest = ?");
  const uses = db.prepare("SELECT digest FROM worker_part_uses WHERE worker = ?");
  const forgetOne = db.prepare("DELETE FROM worker_part_uses WHERE worker = ? AND digest = ?");
  const forget = db.prepare("DELETE FROM worker_part_uses WHERE worker = ?");
  // An asset may be uploaded long before the version that uses it: what is younger than a day stays.
  const sweep = db.prepare(
    "DELETE FROM worker_parts WHERE digest NOT IN (SELECT digest FROM worker_part_uses) AND (digest NOT LIKE 'asset:%' OR kept_ms < ?)",
  );
  const read = (digest: string): Uint8Array => {
    const bytes = select.get(digest)?.["bytes"];
    if (!(bytes instanceof Uint8Array))
      throw new Error(`state.sqlite has lost the part ${digest} of an upload`);
    return bytes;
  };
  const key = (account: string, hash: string): string => `asset:${account}:${hash}`;
  const parts: Parts = {
    keep(workerId, bytes) {
      const digest = createHash("sha256").update(bytes).digest("hex");
      insert.run(digest, bytes, Date.now());
      use.run(workerId, digest);
      return digest;
    },
    keepAsset: (account, hash, bytes) => void insert.run(key(account, hash), bytes, Date.now()),
    hasAsset: (account, hash) => exists.get(key(account, hash)) !== undefined,
    asset: (account, hash) => read(key(account, hash)),
    useAssets: (workerId, account, hashes) =>
      hashes.forEach((hash) => void use.run(workerId, key(account, hash))),
    read,
    assetKey: key,
    retain(workerId, keys) {
      for (const row of uses.all(workerId)) {
        const digest = String(row["digest"]);
        if (!keys.has(digest)) forgetOne.run(workerId, digest);
      }
      sweep.run(Date.now() - dayMs);
    },
    release(workerId) {
      forget.run(workerId);
      sweep.run(Date.now() - dayMs);
    },
  };
  if (!db.isTransaction) opened.set(state, parts); // or its end may take the tables back
  return parts;
}
