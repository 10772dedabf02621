import type { World } from "../../../world.ts";
import { bindingsHere } from "../../aliases/in-upload.ts";
import { ApiError, type ApiRequest, largeBody, ok, type Reply, type Service } from "../../http/service.ts";
import { deleteWorker } from "../delete-worker.ts";
import { deployVersions } from "../deploy/deploy-versions.ts";
import { inTurn } from "../deploy/turns.ts";
import type { Deployment, Version, Worker } from "../model.ts";
import {
  activeDeployment,
  createWorker,
  findWorker,
  latestVersion,
  listWorkers,
  saveWorker,
  stillThere,
  versionById,
  workerNamed,
} from "../registry.ts";
import { scriptSettingsOf } from "../script-members.ts";
import { scriptOf } from "../script-of.ts";
import { applySubdomain } from "../settings.ts";
import { createVersion, type Uploaded } from "../version/create-version.ts";
import { type Draft, draftFromForm } from "../version/draft.ts";
import { originOf } from "../version/origin.ts";
import { openParts } from "../version/parts.ts";
import { forgetUnfinished } from "../version/version-use.ts";

const script = "/accounts/:account/workers/scripts/:script";

/** The version that a script's settings and content are read from: the newest of the active deployment, else the latest. */
export function currentVersion(world: World, worker: Worker): Version | undefined {
  const shares = activeDeployment(world.state, worker)?.versions ?? [];
  const versions = shares.flatMap(({ version_id }) => versionById(world.state, worker, version_id) ?? []);
  return versions.sort((a, b) => b.number - a.number)[0] ?? latestVersion(world.state, worker);
}

/** What `PUT` of a script and the list of scripts show. */
function shownScript(worker: Worker, version: Version | undefined): Record<string, unknown> {
  return {
    id: worker.name,
    tag: worker.id,
    tags: worker.tags,
    etag: version?.etag ?? "",
    handlers: version?.handlers ?? [],
    named_handlers: version?.namedHandlers ?? [],
    created_on: worker.createdOn,
    modified_on: worker.updatedOn,
    has_assets: version?.assets !== undefined,
    has_modules: version?.mainModule !== undefined,
    last_deployed_from: version?.source ?? "api",
    usage_model: version?.sent["usage_model"] ?? "standard",
    compatibility_date: version?.sent["compatibility_date"] ?? "",
    compatibility_flags: version?.sent["compatibility_flags"] ?? [],
    placement_mode: null,
    placement_status: null,
    logpush: worker.logpush,
    observability: worker.observability,
    tail_consumers: worker.tailConsumers,
    startup_time_ms: version?.startupTimeMs ?? 0,
    ...(worker.migrationTag === undefined ? {} : { migration_tag: worker.migrationTag }),
  };
}

/** Uploads and deploys in one step, as every script did before there were versions. */
async function upload(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await draftFromForm(await request.form());
  const draft = { ...sent, bindings: await bindingsHere(request, world, sent.bindings) };
  for (;;) {
    const reply = await uploadOnce(request, world, draft);
    if (reply !== undefined) return reply;
  }
}

/** Undefined when the Worker was deleted while the upload waited for its turn: then it is a new one's first upload. */
async function uploadOnce(request: ApiRequest, world: World, draft: Draft): Promise<Reply | undefined> {
  const name = request.params["script"] ?? "";
  const account = request.account.id;
  const existing = workerNamed(world.state, account, name);
  if (existing === undefined) request.require("Workers:Admin");
  const worker = existing ?? createWorker(world.state, account, name, { firstUpload: true });
  return inTurn(worker.id, async () => {
    if (findWorker(world.state, account, worker.id) === undefined) return undefined;
    try {
      const { uploaded, deployment } = await uploadAndDeploy(request, world, worker, draft);
      const saved = saveWorker(world.state, {
        ...stillThere(world.state, worker),
        ...scriptSettingsOf(draft.script),
        firstUpload: undefined,
      });
      return {
        ...ok({
          ...shownScript(saved, uploaded.version),
          deployment_id: uploaded.version.id.replaceAll("-", ""),
          deployment: deployment.id,
          entry_point: uploaded.version.mainModule,
          ...(uploaded.version.reconciliation === undefined
            ? {}
            : { exports_reconciliation: uploaded.version.reconciliation }),
        }),
        messages: uploaded.messages,
      };
    } catch (error) {
      // A first upload that is refused leaves no Worker behind.
      if (existing === undefined) forgetUnfinished(world.state, worker);
      throw error;
    }
  });
}

async function uploadAndDeploy(
  request: ApiRequest,
  world: World,
  worker: Worker,
  draft: Draft,
): Promise<{ readonly uploaded: Uploaded; readonly deployment: Deployment }> {
  const uploaded = await createVersion(world, worker, draft, originOf(request, "upload"));
  const deployment = await deployVersions(
    world,
    uploaded.worker,
    [{ version_id: uploaded.version.id, percentage: 100 }],
    {},
    originOf(request, "upload"),
  );
  return { uploaded, deployment };
}

/** The main module first, because some clients read only the first part. */
function content(world: World, worker: Worker): Reply {
  const version = currentVersion(world, worker);
  if (version?.mainModule === undefined) return { kind: "raw", status: 204, headers: {}, body: "" };
  const parts = openParts(world.state);
  const modules = [...version.modules].sort(
    (a, b) => Number(b.name === version.mainModule) - Number(a.name === version.mainModule),
  );
  const boundary = `lockstep-${version.id}`;
  const chunks = modules.flatMap((module) => {
    const quoted = module.name.replaceAll('"', "%22");
    return [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${quoted}"; filename="${quoted}"\r\nContent-Type: ${module.contentType}\r\n\r\n`,
      ),
      parts.read(module.digest),
      Buffer.from("\r\n"),
    ];
  });
  const headers = {
    "content-type": `multipart/form-data; boundary=${boundary}`,
    "cf-entrypoint": version.mainModule,
  };
  return {
    kind: "raw",
    status: 200,
    headers,
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** Scripts as one thing that is uploaded and served at once: what wrangler does to a new Worker. */
export const scripts: Service = {
  name: "scripts",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) =>
        ok(
          listWorkers(world.state, request.account.id).map((worker) =>
            shownScript(worker, currentVersion(world, worker)),
          ),
        ),
    },
    { method: "PUT", path: script, permission: "Workers:Editor", body: largeBody, handle: upload },
    {
      method: "GET",
      path: script,
      permission: "Workers:Content Read-Only",
      handle: (request, world) => content(world, scriptOf(request, world)),
    },
    {
      method: "GET",
      path: `${script}/content/v2`,
      permission: "Workers:Content Read-Only",
      handle: (request, world) => content(world, scriptOf(request, world)),
    },
    {
      method: "PUT",
      path: `${script}/content`,
      permission: "Workers:Editor",
      body: largeBody,
      handle: async (request, world) => {
        const draft = await draftFromForm(await request.form());
        const worker = scriptOf(request, world);
        return inTurn(worker.id, async () => {
          const before = currentVersion(world, worker);
          const kept: Draft = {
            ...draft,
            bindings: [],
            keepBindings: [...new Set(before?.bindings.map(({ type }) => type))],
            sent: { ...before?.sent, ...draft.sent },
            keptAssets: before?.assets,
          };
          const { uploaded } = await uploadAndDeploy(request, world, worker, kept);
          return ok(shownScript(applySubdomain(world, stillThere(world.state, worker)), uploaded.version));
        });
      },
    },
    {
      method: "DELETE",
      path: script,
      permission: "Workers:Admin",
      handle: async (request, world) => {
        await deleteWorker(world, scriptOf(request, world), {
          force: request.url.searchParams.get("force") === "true",
        });
        return ok({ id: request.params["script"] });
      },
    },
  ],
};

/** What {@link workerServices} and others need to say of a script. */
export { shownScript };

/** Cloudflare answers 10090 on the services routes where the scripts routes say 10007. */
export const noService = (): ApiError => new ApiError(404, 10090, "workers.api.error.service_not_found");
