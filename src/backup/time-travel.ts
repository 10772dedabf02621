import { z } from "zod";
import { callApi, remedy } from "../cloudflare/http.ts";
import { UserError } from "../diagnostic/user-error.ts";
import type { LogEntry } from "../migrations/database/snapshot.ts";
import type { Account } from "./account.ts";

/** A database at a time that Time Travel still reaches. */
export interface Moment {
  readonly bookmark: string;
}

const answered = z.object({ bookmark: z.string(), previous_bookmark: z.string().optional() });

const pathOf = ({ accountId }: Account, id: string): string =>
  `/accounts/${accountId}/d1/database/${encodeURIComponent(id)}/time_travel`;

async function ask(account: Account, method: "GET" | "POST", path: string, label: string): Promise<unknown> {
  const outcome = await callApi(account.connection, method, path);
  if (outcome.kind === "done") return outcome.value;
  throw new UserError({
    what: "Time Travel does not go there",
    where: label,
    got: outcome.message,
    expected: "a time since the database was made, and within the last 30 days (7 on the free plan)",
    fix: method === "GET" ? "name another time, or restore a backup" : remedy(outcome, "D1 Edit"),
  });
}

/** What a database's bookmark was then: asked of all of them before anything is changed. */
export async function momentAt(account: Account, id: string, label: string, at: Date): Promise<Moment> {
  const query = new URLSearchParams({ timestamp: at.toISOString() });
  return answered.parse(await ask(account, "GET", `${pathOf(account, id)}/bookmark?${query}`, label));
}

/** Where a database is now. */
export async function momentNow(account: Account, id: string, label: string): Promise<Moment> {
  return answered.parse(await ask(account, "GET", `${pathOf(account, id)}/bookmark`, label));
}

/** Puts a database back, where it is. Gives the bookmark that undoes it. */
export async function travel(
  account: Account,
  id: string,
  label: string,
  { bookmark }: Moment,
): Promise<string> {
  const query = new URLSearchParams({ bookmark });
  const done = answered.parse(await ask(account, "POST", `${pathOf(account, id)}/restore?${query}`, label));
  if (done.previous_bookmark === undefined) throw new Error(`${label}: no bookmark to undo the restore by`);
  return done.previous_bookmark;
}

/** Migrations that the database would forget with it. */
export const migrationsSince = (log: readonly LogEntry[], at: Date): readonly string[] =>
  log
    .filter(({ appliedAtMs }) => appliedAtMs !== undefined && appliedAtMs > at.getTime())
    .map(({ name }) => name);
