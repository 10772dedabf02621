import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";

const listed = z.array(z.object({ id: z.string() }));

/** Names of the workers of an account. */
export const scriptNames = async ({ connection, accountId }: Account): Promise<readonly string[]> =>
  listed.parse(await call(connection, "GET", `/accounts/${accountId}/workers/scripts`)).map(({ id }) => id);

/** Removes a worker, with the objects of its classes. */
export async function removeScript({ connection, accountId }: Account, name: string): Promise<void> {
  await call(connection, "DELETE", `/accounts/${accountId}/workers/scripts/${name}?force=true`);
}
