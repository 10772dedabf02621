import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import type { D1Endpoint } from "../../../src/migrations/database/endpoint.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";

/** How many accounts each counted database has: none of them may ever get lost. */
export const accounts = 5;

/** An embedded Cloudflare, and fresh databases in it whose rows are counted. */
export interface Counted {
  readonly embedded: Embedded;
  readonly database: () => Promise<D1Endpoint>;
  readonly close: () => Promise<void>;
}

export async function counted(): Promise<Counted> {
  const embedded = await startEmbedded({ log: logInternalErrors });
  const [account] = embedded.accounts;
  if (account === undefined) throw new Error("the embedded Cloudflare has no account");
  let made = 0;
  return {
    embedded,
    close: embedded.close,
    database: async () => {
      const response = await fetch(`${embedded.api}/accounts/${account.id}/d1/database`, {
        method: "POST",
        headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
        body: JSON.stringify({ name: `counted-${++made}` }),
      });
      const { result } = JSON.parse(await response.text());
      const endpoint: D1Endpoint = {
        baseUrl: embedded.api,
        token: embedded.token,
        accountId: account.id,
        databaseId: String(result.uuid),
      };
      const outcome = await queryDatabase(endpoint, "counted").run([
        "CREATE TABLE effects(file TEXT)",
        "CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)",
        ...Array.from({ length: accounts }, () => "INSERT INTO accounts(balance) VALUES (0)"),
      ]);
      if (outcome.kind !== "done")
        throw new Error(`the counted database could not be made: ${JSON.stringify(outcome)}`);
      return endpoint;
    },
  };
}
