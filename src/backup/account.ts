import type { Connection } from "../cloudflare/connection.ts";

/** An account, over the API. */
export interface Account {
  readonly connection: Connection;
  readonly accountId: string;
}
