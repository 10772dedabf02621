import { z } from "zod";
import { ApiError, call } from "./api.ts";
import type { Connection } from "./connection.ts";

/** What an API token says of itself. */
export interface OwnToken {
  /** `YYYY-MM-DDThh:mm:ssZ`; undefined for one that never ends. */
  readonly expiresOn: string | undefined;
  /** What it may do; undefined where it may not read that. */
  readonly policies: readonly TokenPolicy[] | undefined;
}

export interface TokenPolicy {
  /** Names of permission groups. */
  readonly groups: readonly string[];
  /** What they are given on: `com.cloudflare.api.account.<id>`. */
  readonly resources: readonly string[];
}

const verified = z.object({ id: z.string(), expires_on: z.string().nullish() });
const read = z.object({
  policies: z.array(
    z.object({
      effect: z.string(),
      resources: z.record(z.string(), z.unknown()),
      permission_groups: z.array(z.looseObject({ name: z.string().optional() })),
    }),
  ),
});

/** Asks the API about the token that asks: it belongs to the account or to a user. Undefined where neither knows it. */
export async function ownToken(api: Connection, accountId: string): Promise<OwnToken | undefined> {
  const found = await verifiedToken(api, accountId);
  if (found === undefined) return undefined;
  const { base, id, expires_on } = found;
  const shown = await unlessRefused(() => call(api, "GET", `${base}/${encodeURIComponent(id)}`));
  const policies = shown === undefined ? undefined : read.parse(shown).policies;
  return {
    expiresOn: expires_on ?? undefined,
    policies: policies
      ?.filter(({ effect }) => effect === "allow")
      .map(({ resources, permission_groups }) => ({
        groups: permission_groups.flatMap(({ name }) => name ?? []),
        resources: Object.keys(resources),
      })),
  };
}

/** The id of the token that asks; undefined where neither the account nor a user knows it. */
export const tokenId = async (api: Connection, accountId: string): Promise<string | undefined> =>
  (await verifiedToken(api, accountId))?.id;

async function verifiedToken(
  api: Connection,
  accountId: string,
): Promise<(z.infer<typeof verified> & { readonly base: string }) | undefined> {
  for (const base of [`/accounts/${accountId}/tokens`, "/user/tokens"]) {
    const found = await unlessRefused(() => call(api, "GET", `${base}/verify`));
    if (found !== undefined) return { base, ...verified.parse(found) };
  }
  return undefined;
}

/** From how many days before its end a token is worth a word. */
const soonDays = 14;
const dayMs = 24 * 60 * 60 * 1_000;

/** What to say of a token that ends soon; undefined for any other. */
export function endsSoon({ expiresOn }: Pick<OwnToken, "expiresOn">, now: Date): string | undefined {
  const days = expiresOn === undefined ? Number.NaN : (Date.parse(expiresOn) - now.getTime()) / dayMs;
  if (!(days < soonDays)) return undefined;
  return `the API token ends on ${(expiresOn ?? "").slice(0, 10)}, in ${Math.max(0, Math.floor(days))} days`;
}

async function unlessRefused(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return undefined;
    throw error;
  }
}
