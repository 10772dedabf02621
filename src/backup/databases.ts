import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { call } from "../cloudflare/api.ts";
import type { D1Endpoint } from "../migrations/database/endpoint.ts";
import { importStatements } from "../migrations/database/import.ts";
import { queryDatabase } from "../migrations/database/transports.ts";
import type { Account } from "./account.ts";
import type { Made } from "./prove.ts";

const base = ({ accountId }: Account): string => `/accounts/${accountId}/d1/database`;
const listed = z.array(z.object({ uuid: z.string(), name: z.string() }));
const details = z.object({ uuid: z.string(), file_size: z.number().default(0) });

export const endpointOf = (account: Account, databaseId: string): D1Endpoint => ({
  baseUrl: account.connection.baseUrl,
  token: account.connection.token,
  accountId: account.accountId,
  databaseId,
});

/** Bytes of a database's file. */
export async function sizeOf(account: Account, id: string): Promise<number> {
  const path = `${base(account)}/${encodeURIComponent(id)}`;
  return details.parse(await call(account.connection, "GET", path)).file_size;
}

/** The database of exactly this name; undefined where there is none. */
export async function databaseNamed(account: Account, name: string): Promise<string | undefined> {
  const path = `${base(account)}?name=${encodeURIComponent(name)}`;
  const found = listed.parse(await call(account.connection, "GET", path));
  return found.find((each) => each.name === name)?.uuid;
}

/** Databases whose names begin so. */
export async function databasesNamed(account: Account, prefix: string): Promise<z.infer<typeof listed>> {
  const path = `${base(account)}?name=${encodeURIComponent(prefix)}&per_page=100`;
  const found = listed.parse(await call(account.connection, "GET", path));
  return found.filter(({ name }) => name.startsWith(prefix));
}

/** A database for a restore: a new one, or the half of an earlier run. */
export async function databaseFor(
  account: Account,
  name: string,
  label: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Made> {
  const id =
    (await databaseNamed(account, name)) ??
    details.parse(await call(account.connection, "POST", base(account), { name, ...more })).uuid;
  const endpoint = endpointOf(account, id);
  return {
    id,
    name,
    database: queryDatabase(endpoint, label),
    makeTriggers: (statements) =>
      importStatements(endpoint, statements, crypto.randomUUID(), async (ms) => void (await sleep(ms))),
  };
}

export async function removeDatabase(account: Account, id: string): Promise<void> {
  await call(account.connection, "DELETE", `${base(account)}/${encodeURIComponent(id)}`);
}
