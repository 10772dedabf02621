import { z } from "zod";
import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Service } from "../../http/service.ts";
import { deployVersions } from "../deploy/deploy-versions.ts";
import { inTurn } from "../deploy/turns.ts";
import type { Binding, Version, Worker } from "../model.ts";
import { activeDeployment, latestVersion } from "../registry.ts";
import { scriptOf } from "../script-of.ts";
import { shownVersion } from "../show.ts";
import { isSecret } from "../version/bindings.ts";
import { createVersion } from "../version/create-version.ts";
import { draftFromVersion } from "../version/draft.ts";
import { originOf } from "../version/origin.ts";
import { requireWorker } from "./workers.ts";

const secrets = "/accounts/:account/workers/scripts/:script/secrets";
const secret = z.looseObject({
  name: z.string().min(1),
  type: z.enum(["secret_text", "secret_key"]).default("secret_text"),
});
const bulk = z.object({
  secrets: z.record(
    z.string(),
    z.looseObject({ type: z.enum(["secret_text", "secret_key"]).default("secret_text") }).nullable(),
  ),
});
const patch = z.looseObject({
  env: z.record(z.string(), z.looseObject({ type: z.string() }).nullable()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const secretsOf = (version: Version | undefined): readonly Binding[] =>
  (version?.bindings ?? []).filter(isSecret);
const shown = ({ name, type }: Binding): object => ({ name, type });

/** A secret belongs to a version: changing one makes a new version of the newest code, which has to be the one that serves. */
function requireLatestServing(world: World, worker: Worker): Version {
  const latest = latestVersion(world.state, worker);
  if (latest === undefined) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  const shares = activeDeployment(world.state, worker)?.versions ?? [];
  if (shares.length === 1 && shares[0]?.version_id === latest.id) return latest;
  throw new ApiError(
    400,
    10215,
    "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently deployed. Please ensure that the latest version of your Worker is fully deployed before modifying secrets.",
  );
}

/** The bindings of the version with these put in place; a binding that is there already under another type is refused. */
function changed(version: Version, put: readonly Binding[], removed: readonly string[]): readonly Binding[] {
  for (const { name } of put) {
    const taken = version.bindings.find((known) => known.name === name);
    if (taken !== undefined && !isSecret(taken))
      throw new ApiError(
        400,
        10053,
        `Binding name '${name}' already in use. Please use a different name and try again.`,
      );
  }
  const gone = new Set([...removed, ...put.map(({ name }) => name)]);
  const kept = version.bindings
    .filter(({ name }) => !gone.has(name))
    .map(({ name }): Binding => ({ name, type: "inherit" }));
  return [...kept, ...put];
}

async function deployed(
  request: ApiRequest,
  world: World,
  put: readonly Binding[],
  removed: readonly string[],
): Promise<void> {
  const found = scriptOf(request, world);
  await inTurn(found.id, async () => {
    const worker = scriptOf(request, world);
    const latest = requireLatestServing(world, worker);
    for (const name of removed)
      if (!secretsOf(latest).some((known) => known.name === name))
        throw new ApiError(404, 10056, `Secret binding '${name}' not found.`);
    const draft = draftFromVersion(world, latest, { bindings: [...changed(latest, put, removed)] });
    const origin = originOf(request, "secret");
    const { version, worker: next } = await createVersion(world, worker, draft, origin);
    await deployVersions(world, next, [{ version_id: version.id, percentage: 100 }], {}, origin);
  });
}

function one(request: ApiRequest, world: World): Binding {
  const name = request.params["name"] ?? "";
  const worker = scriptOf(request, world);
  const found = secretsOf(latestVersion(world.state, worker)).find((known) => known.name === name);
  if (found === undefined) throw new ApiError(404, 10056, `Secret binding '${name}' not found.`);
  return found;
}

/** `wrangler versions secret put`: a version of the newest code with other secrets, not deployed. */
async function patchLatest(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(patch);
  const found = requireWorker(request, world);
  return inTurn(found.id, async () => {
    const worker = requireWorker(request, world);
    const latest = latestVersion(world.state, worker);
    if (latest === undefined) throw new ApiError(404, 10222, "This Worker has no versions.");
    const entries = Object.entries(sent.env ?? {});
    const put = entries.flatMap(([name, value]): Binding[] => (value === null ? [] : [{ ...value, name }]));
    const removed = entries.filter(([, value]) => value === null).map(([name]) => name);
    const draft = draftFromVersion(world, latest, {
      bindings: [...changed(latest, put, removed)],
      ...(sent.annotations === undefined ? {} : { annotations: sent.annotations }),
    });
    const { version, worker: next } = await createVersion(world, worker, draft, originOf(request, "secret"));
    return ok(shownVersion(world, next, version, { modules: false }));
  });
}

/** Secrets of a script. Their values go in and never come out. */
export const secretsService: Service = {
  name: "secrets",
  routes: [
    {
      method: "GET",
      path: secrets,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) =>
        ok(secretsOf(latestVersion(world.state, scriptOf(request, world))).map(shown)),
    },
    {
      method: "PUT",
      path: secrets,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(secret);
        await deployed(request, world, [sent], []);
        return ok(shown(sent));
      },
    },
    {
      method: "GET",
      path: `${secrets}/:name`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(shown(one(request, world))),
    },
    {
      method: "DELETE",
      path: `${secrets}/:name`,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        await deployed(request, world, [], [request.params["name"] ?? ""]);
        return ok(null);
      },
    },
    {
      method: "PATCH",
      path: "/accounts/:account/workers/scripts/:script/secrets-bulk",
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const entries = Object.entries((await request.json(bulk)).secrets);
        const put = entries.flatMap(([name, value]): Binding[] =>
          value === null ? [] : [{ ...value, name }],
        );
        await deployed(
          request,
          world,
          put,
          entries.filter(([, value]) => value === null).map(([name]) => name),
        );
        return ok(secretsOf(latestVersion(world.state, scriptOf(request, world))).map(shown));
      },
    },
    {
      method: "PATCH",
      path: "/accounts/:account/workers/workers/:worker/versions/latest",
      permission: "Workers:Editor",
      handle: patchLatest,
    },
  ],
};
