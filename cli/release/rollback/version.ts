import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import { uses } from "../../../src/declare/graph.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import { refuseOtherClasses } from "../../../src/resources/workers/rollout-guard.ts";
import { endpointOf, type Site } from "../../db/site.ts";
import type { Goal } from "./goal.ts";

const versionShape = z.object({
  created_on: z.string(),
  bindings: z
    .array(z.looseObject({ name: z.string(), type: z.string(), database_id: z.string().optional() }))
    .nullish(),
});

/** An old version as Cloudflare keeps it. */
export interface OldVersion {
  /** Milliseconds since 1970. */
  readonly madeMs: number;
  readonly secrets: readonly string[];
  /** Its D1 bindings: name and id of the database. */
  readonly databases: readonly { readonly binding: string; readonly id: string }[];
}

export async function versionOf({ script, to }: Goal, { connection, accountId }: Site): Promise<OldVersion> {
  const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions/${to}`;
  const { created_on, bindings } = versionShape.parse(await call(connection, "GET", path));
  const all = bindings ?? [];
  return {
    madeMs: Date.parse(created_on),
    secrets: all.filter(({ type }) => type === "secret_text").map(({ name }) => name),
    databases: all.flatMap(({ type, name, database_id: id }) =>
      type === "d1" && id !== undefined ? [{ binding: name, id }] : [],
    ),
  };
}

/** Refuses versions that Cloudflare would refuse in the middle of the way, or whose data is elsewhere by now. */
export async function refuseUnusable(
  goals: readonly Goal[],
  olds: ReadonlyMap<Goal, OldVersion>,
  site: Site,
): Promise<void> {
  const found = await Promise.all(
    goals.map(async (goal) => [
      ...(await otherClasses(goal, site)),
      ...(await otherDatabases(goal, olds.get(goal)?.databases ?? [], site)),
    ]),
  );
  refuse(found.flat());
}

async function otherClasses(
  { system, worker, to }: Goal,
  { connection, accountId, stage }: Site,
): Promise<readonly Diagnostic[]> {
  try {
    await refuseOtherClasses(connection, worker, { system, accountId, stage }, to);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        ...error.diagnostic,
        what: `Version ${to.slice(0, 8)} of ${system.name}/${worker.name} has other Durable Object classes, and Cloudflare does not go back over a change of them`,
        expected:
          "the same classes in the version that serves, in the one to go back to, and in the declaration",
        fix: sentence`roll forward: mend the code, and ${command("up", { stage: stage.name })}`,
      },
    ];
  }
}

/** A version goes on with the databases that it was uploaded with, whatever the stage has by now. */
async function otherDatabases(
  { label, system, worker, to }: Goal,
  bound: OldVersion["databases"],
  site: Site,
): Promise<readonly Diagnostic[]> {
  const declared = uses(worker).filter((each) => each.kind === "d1");
  const now = new Map(
    await Promise.all(
      declared.map(async (each) => {
        const database = { key: `${system.name}/${each.name}`, system, declared: each };
        return [(await endpointOf(site, database))?.databaseId, physicalName(each, site.stage)] as const;
      }),
    ),
  );
  const others = await Promise.all(
    bound
      .filter(({ id }) => !now.has(id))
      .map(async ({ binding, id }) => ({ binding, id, name: await nameOf(id, site) })),
  );
  const names = [...now.values()].join(", ") || "no database";
  return others.map(({ binding, id, name }) => ({
    what:
      name === undefined
        ? `Version ${to.slice(0, 8)} of ${label} binds a database that is gone`
        : `Version ${to.slice(0, 8)} of ${label} binds another database than the stage has now`,
    where: `${binding} of ${label}, version ${to.slice(0, 8)}`,
    got: name === undefined ? `${id}, which the account does not have any more` : `${name} (${id})`,
    expected: `a database that ${label} has today: ${names}`,
    fix: sentence`deploy the code of that version anew, so that it binds what is there: take its sources back (git revert), then ${command("up", { stage: site.stage.name })}`,
  }));
}

const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));

async function nameOf(id: string, { connection, accountId }: Site): Promise<string | undefined> {
  // Of all, because Cloudflare answers for a deleted one by its id in more than one way.
  for (let page = 1; ; page++) {
    const path = `/accounts/${accountId}/d1/database?per_page=100&page=${page}`;
    const found = databases.parse(await call(connection, "GET", path));
    const name = found.find(({ uuid }) => uuid === id)?.name;
    if (name !== undefined || found.length < 100) return name;
  }
}
