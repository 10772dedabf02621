import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, largeBody, ok, type Reply, type Service } from "../../http/service.ts";
import { deployVersions } from "../deploy/deploy-versions.ts";
import { inTurn } from "../deploy/turns.ts";
import type { Version, Worker } from "../model.ts";
import { findWorker, saveWorker } from "../registry.ts";
import { scriptMembers, scriptSettingsOf } from "../script-members.ts";
import { scriptOf } from "../script-of.ts";
import { shownBindings } from "../show.ts";
import { createVersion } from "../version/create-version.ts";
import { draftFromVersion, parseMetadata } from "../version/draft.ts";
import { originOf } from "../version/origin.ts";
import { currentVersion } from "./scripts.ts";

const script = "/accounts/:account/workers/scripts/:script";

/** `placement` is always there: the official provider panics without it. What was not sent is otherwise absent. */
function settings(worker: Worker, version: Version | undefined): object {
  const sent = version?.sent ?? {};
  return {
    placement: {},
    ...pick(sent, ["limits", "placement", "cache_options", "compatibility_date"]),
    compatibility_flags: sent["compatibility_flags"] ?? [],
    usage_model: sent["usage_model"] ?? "standard",
    tags: worker.tags,
    tail_consumers: worker.tailConsumers,
    logpush: worker.logpush,
    observability: worker.observability,
    bindings: version === undefined ? [] : shownBindings(version),
    annotations: version?.annotations ?? {},
    ...(worker.migrationTag === undefined ? {} : { migration_tag: worker.migrationTag }),
  };
}

const pick = (from: Readonly<Record<string, unknown>>, names: readonly string[]): object =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

const scriptSettings = (worker: Worker): object => ({
  logpush: worker.logpush,
  observability: worker.observability,
  tags: worker.tags,
  tail_consumers: worker.tailConsumers,
});

/** Changes bindings, dates and flags without new code: a new version of the same modules, deployed at once. */
async function patchSettings(request: ApiRequest, world: World): Promise<Reply> {
  const form = await request.form();
  const part = form.get("settings") ?? form.get("metadata");
  if (part === null) throw new ApiError(400, 10021, "The request has no part named settings");
  const sent = parseMetadata(typeof part === "string" ? part : await part.text());
  return inTurn(scriptOf(request, world).id, async () => {
    const found = scriptOf(request, world);
    const before = currentVersion(world, found);
    if (before === undefined) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
    const draft = draftFromVersion(world, before, sent);
    const { version, worker: next } = await createVersion(world, found, draft, originOf(request, "settings"));
    await deployVersions(
      world,
      next,
      [{ version_id: version.id, percentage: 100 }],
      {},
      originOf(request, "settings"),
    );
    // Only now: a change that is refused changes nothing.
    const worker = findWorker(world.state, next.account, next.id) ?? next;
    return ok(settings(saveWorker(world.state, { ...worker, ...scriptSettingsOf(sent) }), version));
  });
}

/** What is set about a script: the part that belongs to versions, and the part that does not. */
export const scriptSettingsService: Service = {
  name: "scriptSettings",
  routes: [
    {
      method: "GET",
      path: `${script}/settings`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        return ok(settings(worker, currentVersion(world, worker)));
      },
    },
    {
      method: "PATCH",
      path: `${script}/settings`,
      permission: "Workers:Editor",
      body: largeBody,
      handle: patchSettings,
    },
    {
      method: "GET",
      path: `${script}/script-settings`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(scriptSettings(scriptOf(request, world))),
    },
    {
      method: "PATCH",
      path: `${script}/script-settings`,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(scriptMembers);
        return ok(
          scriptSettings(saveWorker(world.state, { ...scriptOf(request, world), ...scriptSettingsOf(sent) })),
        );
      },
    },
  ],
};
