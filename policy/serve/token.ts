import type { SeenToken } from "../seen/token.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As long as a preview may wait for it. */
const patienceMs = 3_000;

/**
 * What the token of this run may do. Undefined where there is none of a real account, and where nobody answers in time: what is wrong then
 * the run itself will say.
 */
export async function seenToken(
  env: Environment,
  root: string,
  account: string | undefined,
): Promise<SeenToken | undefined> {
  const accountId = account ?? env["CLOUDFLARE_ACCOUNT_ID"] ?? "";
  if ((env["CLOUDFLARE_API_TOKEN"] ?? "") === "" || !/^[0-9a-f]{32}$/.test(accountId)) return undefined;
  // Most runs are on the embedded target, and need none of it.
  const { connection, isEmbedded } = await import("../../src/cloudflare/connection.ts");
  if (isEmbedded(env, root)) return undefined;
  const { ownToken } = await import("../../src/cloudflare/own-token.ts");
  const late = new Promise<undefined>((resolve) => void setTimeout(resolve, patienceMs, undefined).unref());
  return Promise.race([late, ownToken(connection(env, root), accountId).catch(() => undefined)]);
}
