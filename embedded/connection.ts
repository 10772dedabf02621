import { join } from "node:path";
import { writeWhole } from "../src/files/write-whole.ts";
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
  /**
   * Where S3 clients reach an account's buckets: `http://127.0.0.1:<port>/r2/<account id>`. They sign with the id of an API token
   * and the SHA-256 of its value in hex.
   */
  readonly s3: string;
  readonly providerPort?: number;
  readonly pid: number;
}

/** Whoever reads the file sees the old one or the new one, never half of one. It holds the token: only its owner may read it. */
export function writeConnection(dataDir: string, connection: Connection): void {
  writeWhole(join(dataDir, "connection.json"), `${JSON.stringify(connection)}\n`, 0o600);
}
