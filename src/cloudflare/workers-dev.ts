import { z } from "zod";
import { UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { callApi, type Outcome, read, remedy } from "./http.ts";
import { embeddedUrl, workersDevUrl } from "./worker-url.ts";

const subdomainShape = z.object({ subdomain: z.string() });

const pathOf = (accountId: string): string => `/accounts/${accountId}/workers/subdomain`;

/** Where a script answers once its subdomain is on. */
export async function addressOf(connection: Connection, accountId: string, script: string): Promise<string> {
  const { front, accountNames } = connection;
  if (front !== undefined) {
    const name = accountNames?.[accountId];
    if (name === undefined) throw new Error(`the embedded Cloudflare has no account ${accountId}`);
    return embeddedUrl(front, script, name);
  }
  const outcome = await callApi(connection, "GET", pathOf(accountId));
  if (outcome.kind === "done") return workersDevUrl(subdomainShape.parse(outcome.value).subdomain, script);
  throw unreadable(
    accountId,
    outcome,
    "a subdomain: a Worker that is there for a while is asked at it (a migration with a trigger, a backup of Durable Objects)",
  );
}

/**
 * The account's workers.dev subdomain: `example` of `https://api.example.workers.dev`. Undefined where the account has
 * none, or the token may not read it; throws UserError where nothing answers, so that an address is never left out by chance.
 */
export async function workersDevSubdomain(
  connection: Connection,
  accountId: string,
): Promise<string | undefined> {
  const outcome = await read(() => callApi(connection, "GET", pathOf(accountId)));
  if (outcome.kind === "done") return subdomainShape.parse(outcome.value).subdomain;
  if (outcome.kind === "refused") return undefined;
  throw unreadable(accountId, outcome, "the subdomain, or that there is none");
}

const unreadable = (
  accountId: string,
  outcome: Exclude<Outcome<unknown>, { kind: "done" }>,
  expected: string,
): UserError =>
  new UserError({
    what: "The account's workers.dev subdomain cannot be read",
    where: `GET ${pathOf(accountId)}`,
    got: outcome.message,
    expected,
    fix:
      outcome.kind === "refused"
        ? "register a workers.dev subdomain for the account (dashboard, Workers), then run again; nothing was applied"
        : remedy(outcome, "Workers Metadata Read-Only"),
  });
