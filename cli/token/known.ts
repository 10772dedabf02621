import { z } from "zod";
import { ApiError, call } from "../../src/cloudflare/api.ts";
import { type Connection, connection } from "../../src/cloudflare/connection.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { stageTarget } from "../stack/account.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import type { TargetName } from "../stack/request.ts";
import { stateOf } from "../stack/state.ts";
import type { Known } from "./body.ts";
import type { Needed, Up } from "./needed.ts";

/** What could be found out about a stage's account and stack. Nothing of it is needed: who has no token yet asks for the first one. */
export interface Surroundings {
  readonly accountId: string | undefined;
  readonly api: Connection | undefined;
  readonly up: readonly Up[] | undefined;
  /** Why something is not known, a sentence each. */
  readonly unknown: readonly string[];
}

/** Looks at the stack's state and asks for the account. */
export async function surroundingsOf(stage: Stage, target: TargetName, root: string): Promise<Surroundings> {
  try {
    const env = await environmentFor(target, stage, root);
    const { accountId } = stageTarget(stage, env, root);
    const state = await stateOf(stage, { root, env });
    const up = (state ?? []).map(({ type, name, outputs }) => ({
      type,
      name,
      id: String(outputs["id"] ?? ""),
    }));
    return { accountId, api: connection(env, root), up, unknown: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, where } = error.diagnostic;
    const accountId = process.env["CLOUDFLARE_ACCOUNT_ID"];
    return {
      accountId: accountId === "" ? undefined : accountId,
      api: undefined,
      up: undefined,
      unknown: [
        `What is up was not looked at (${what}: ${String(where)}): this is the token that makes everything`,
      ],
    };
  }
}

const listed = z.array(z.object({ id: z.string(), name: z.string() }));

/** Ids that only the account knows: of its zones, and of permission groups that are not the same everywhere. */
export async function idsOf(
  needed: readonly Needed[],
  { accountId, api }: Surroundings,
): Promise<Omit<Known, "accountId">> {
  if (api === undefined || accountId === undefined) return { groupIds: new Map(), zoneIds: new Map() };
  const isUnknown = needed.some(({ group }) => group.id === undefined);
  const groups = isUnknown ? await told(api, `/accounts/${accountId}/tokens/permission_groups`) : [];
  const wanted = new Set(needed.flatMap(({ on }) => (on.kind === "zone" ? [on.zone] : [])));
  const zones = wanted.size === 0 ? [] : await told(api, `/zones?account.id=${accountId}&per_page=50`);
  return {
    groupIds: new Map(groups.map(({ id, name }) => [name, id])),
    zoneIds: new Map(
      [...wanted].flatMap((zone) => {
        const id = /^[0-9a-f]{32}$/.test(zone) ? zone : nearest(zone, zones)?.id;
        return id === undefined ? [] : [[zone, id] as const];
      }),
    ),
  };
}

/** The zone that a host lies in. */
const nearest = (host: string, zones: z.infer<typeof listed>) =>
  zones
    .filter(({ name }) => host === name || host.endsWith(`.${name}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];

/** Nothing where this token may not ask, and where nobody answers. */
async function told(api: Connection, path: string): Promise<z.infer<typeof listed>> {
  try {
    return listed.parse(await call(api, "GET", path));
  } catch (error) {
    if (error instanceof ApiError || error instanceof UserError) return [];
    throw error;
  }
}
