import { z } from "zod";
import { UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { callApi, remedy } from "./http.ts";

const subdomainShape = z.object({ subdomain: z.string() });

/** Where a script answers once its subdomain is on. */
export async function addressOf(connection: Connection, accountId: string, script: string): Promise<string> {
  const { front, accountNames } = connection;
  if (front !== undefined) {
    const name = accountNames?.[accountId];
    if (name === undefined) throw new Error(`the embedded Cloudflare has no account ${accountId}`);
    return front.replace("<worker>", script).replace("<account>", name);
  }
  const path = `/accounts/${accountId}/workers/subdomain`;
  const outcome = await callApi(connection, "GET", path);
  if (outcome.kind === "done")
    return `https://${script}.${subdomainShape.parse(outcome.value).subdomain}.workers.dev`;
  throw new UserError({
    what: "The account's workers.dev subdomain cannot be read",
    where: `GET ${path}`,
    got: outcome.message,
    expected: "a subdomain: a migration with a trigger runs in a Worker for the time it takes",
    fix:
      outcome.kind === "refused"
        ? "register a workers.dev subdomain for the account (dashboard, Workers), then run again; nothing was applied"
        : remedy(outcome, "Workers Scripts Read"),
  });
}
