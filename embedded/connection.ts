import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./world.ts";

export interface Connection {
  /** `http://127.0.0.1:<port>/client/v4` */
  readonly api: string;
  /** The token that may do everything. */
  readonly token: string;
  readonly accounts: readonly Account[];
  /** Where Workers answer: `http://<worker>.<account>.localhost:<port>`. */
  readonly front: string;
  readonly frontPort: number;
  readonly providerPort?: number;
  readonly pid: number;
}

/** Whoever reads the file sees the old one or the new one, never half of one. It holds the token: only its owner may read it. */
export function writeConnection(dataDir: string, connection: Connection): void {
  const file = join(dataDir, "connection.json");
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(connection)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
