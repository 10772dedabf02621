import { createHash, randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { isOn } from "../../../quirks/quirk.ts";
import { serviceEnvironment } from "../../../quirks/service-environment.ts";
import { UploadRejected, type Validation } from "../../../runtime/compute.ts";
import { seal } from "../../../seal.ts";
import type { World } from "../../../world.ts";
import { ApiError, type ApiMessage } from "../../http/service.ts";
import { queuesConsumedBy } from "../../queues/model.ts";
import { type Lifecycle, planLifecycle } from "../classes/lifecycle.ts";
import type { Binding, Version, Worker } from "../model.ts";
import { addVersion, latestVersion, saveWorker, stillThere } from "../registry.ts";
import { requireWellFormedRules } from "./asset-rules.ts";
import { completedManifest } from "./asset-sessions.ts";
import { requireFreeNames, requireWellFormed, resolveTargets, withoutSecret } from "./bindings.ts";
import type { Draft } from "./draft.ts";
import { inheritBindings } from "./inherit.ts";
import { openParts } from "./parts.ts";
import { missingHere, moduleType, scriptName, specOf } from "./spec.ts";
import { releaseUnused } from "./version-use.ts";

export interface Origin {
  /** `api`, `wrangler`, `terraform`: who sent it. */
  readonly source: string;
  /** `upload`, `version_upload`, `secret` …: shown as the annotation `workers/triggered_by`. */
  readonly triggeredBy: string;
}

export interface Uploaded {
  readonly worker: Worker;
  readonly version: Version;
  readonly lifecycle: Lifecycle;
  readonly messages: readonly ApiMessage[];
}

/**
 * Checks an upload, tries it in a cell of its own and remembers it as the Worker's newest version. Serves nothing yet.
 * Call it in the Worker's turn ({@link inTurn}).
 */
export async function createVersion(
  world: World,
  before: Worker,
  draft: Draft,
  origin: Origin,
): Promise<Uploaded> {
  // As it is now: while this upload waited for its turn, another one may have made classes, or the Worker may be gone.
  const worker = stillThere(world.state, before);
  try {
    return await create(world, worker, draft, origin);
  } catch (error) {
    releaseUnused(world, worker);
    throw error;
  }
}

async function create(world: World, worker: Worker, draft: Draft, origin: Origin): Promise<Uploaded> {
  const version = world.state.transaction(() => prepare(world, worker, draft, origin));
  const lifecycle = planLifecycle(world, worker, version);
  const targets = resolveTargets(world.state, worker, version.bindings, lifecycle);
  const complete = { ...version, targets, reconciliation: lifecycle.reconciliation };
  const validation = await validate(world, worker, complete, lifecycle);
  requireQueueHandler(world, worker, validation);
  const { id, ...body } = complete;
  const saved = world.state.transaction(() => {
    const current = stillThere(world.state, worker);
    const number = current.lastNumber + 1;
    const next = saveWorker(world.state, { ...current, lastNumber: number });
    const { handlers, namedHandlers, startupTimeMs } = validation;
    const named = namedHandlers.map(({ name, handlers: own }) => ({ name, handlers: [...own] }));
    return {
      worker: next,
      version: addVersion(world.state, next, id, {
        ...body,
        number,
        handlers: [...handlers],
        namedHandlers: named,
        startupTimeMs,
      }),
    };
  });
  const warnings = [...validation.warnings, ...missingHere(complete.bindings)];
  return { ...saved, lifecycle, messages: warnings.map((message) => ({ code: 10000, message })) };
}

function prepare(world: World, worker: Worker, draft: Draft, origin: Origin): Version {
  const latest = latestVersion(world.state, worker);
  requireFreeNames(draft.bindings);
  const inherited = inheritBindings(draft.bindings, draft.keepBindings, draft.base ?? latest);
  requireWellFormed(inherited.bindings.filter((binding) => inherited.secrets[binding.name] === undefined));
  const secrets: Record<string, string> = { ...inherited.secrets };
  const bindings = inherited.bindings.map((binding): Binding => {
    const { shown, secret } = withoutSecret(binding);
    if (secret !== undefined && secrets[binding.name] === undefined)
      secrets[binding.name] = seal(world.dataDir, secret);
    if (shown.type !== "service" || shown["environment"] !== undefined || !isOn(serviceEnvironment))
      return shown;
    return { ...shown, environment: "production" };
  });
  requireFits(draft);
  requireWellFormedRules(draft);
  const parts = openParts(world.state);
  const modules = draft.modules.map(({ name, contentType, bytes }) => {
    moduleType(contentType, name);
    return { name, contentType, digest: parts.keep(worker.id, bytes) };
  });
  const assets = assetsOf(world, worker, draft, latest);
  if (draft.mainModule === undefined && assets === undefined)
    throw new ApiError(400, 10021, "The upload has neither a main_module nor assets");
  if (assets !== undefined)
    parts.useAssets(
      worker.id,
      worker.account,
      Object.values(assets.manifest).map(({ hash }) => hash),
    );
  return {
    id: randomUUID(),
    number: 0,
    createdOn: new Date().toISOString(),
    source: origin.source,
    annotations: { ...draft.annotations, "workers/triggered_by": origin.triggeredBy },
    mainModule: draft.mainModule,
    modules,
    bindings,
    secrets,
    targets: {},
    sent: { ...draft.sent },
    exports: draft.exports === undefined ? undefined : { ...draft.exports },
    migrations: draft.migrations === undefined ? undefined : { ...draft.migrations },
    assets,
    handlers: [],
    namedHandlers: [],
    startupTimeMs: 0,
    etag: createHash("sha256")
      .update(JSON.stringify([modules, draft.mainModule]))
      .digest("hex"),
  };
}

/** The paid plan's limit, on the compressed code. */
const maximumCodeBytes = 10 * 1024 * 1024;

function requireFits(draft: Draft): void {
  const bytes = draft.modules.flatMap(({ name, contentType, bytes: own }) =>
    moduleType(contentType, name) === undefined ? [] : [own],
  );
  if (bytes.reduce((all, own) => all + own.length, 0) <= maximumCodeBytes) return;
  if (bytes.reduce((all, own) => all + gzipSync(own).length, 0) <= maximumCodeBytes) return;
  throw new ApiError(413, 10027, "Your Worker exceeded the size limit of 10 MiB.");
}

function assetsOf(
  world: World,
  worker: Worker,
  draft: Draft,
  latest: Version | undefined,
): Version["assets"] {
  if (draft.assets?.jwt !== undefined)
    return {
      config: { ...draft.assets.config },
      manifest: completedManifest(world, worker, draft.assets.jwt),
    };
  if (draft.keptAssets !== undefined) return draft.keptAssets;
  if (draft.keepAssets && latest?.assets !== undefined)
    return draft.assets === undefined
      ? latest.assets
      : { ...latest.assets, config: { ...draft.assets.config } };
  return undefined;
}

async function validate(
  world: World,
  worker: Worker,
  version: Version,
  lifecycle: Lifecycle,
): Promise<Validation> {
  const spec = specOf(world, worker, version, lifecycle.classes);
  // Files cannot keep code from starting, and the trial asks the code itself.
  const trial = version.mainModule === undefined ? spec : { ...spec, assets: undefined };
  try {
    return await world.compute.validate(scriptName(world, worker), trial);
  } catch (error) {
    throw classRefusal(worker, version, error) ?? asApiError(error);
  }
}

/** A Worker that is handed batches has to take them. */
function requireQueueHandler({ state }: World, worker: Worker, { handlers }: Validation): void {
  if (handlers.includes("queue")) return;
  const consumed = queuesConsumedBy(state, worker.account, worker.id);
  if (consumed.length === 0) return;
  throw new ApiError(
    400,
    11_001,
    `Queue handler is missing: Worker '${worker.name}' is the consumer of ${consumed.join(", ")}, and this version has no queue() handler. Export one, or remove the consumer first. See https://developers.cloudflare.com/queues/configuration/javascript-apis/#consumer`,
  );
}

/** A class that the code lacks is told differently when it was declared, and when objects of it exist already. */
function classRefusal(worker: Worker, version: Version, error: unknown): ApiError | undefined {
  if (!(error instanceof UploadRejected) || error.code !== 10070) return undefined;
  const className = / class '?(\w+)'? /.exec(error.message)?.[1] ?? "";
  if (version.exports?.[className] !== undefined) {
    const message = `The export '${className}' is not a class that the uploaded code exports.`;
    return new ApiError(400, 100402, message, {
      details: [{ class: className, scenario: "config_export_not_in_code", message }],
    });
  }
  if (!worker.classes.some((known) => known.className === className)) return undefined;
  return new ApiError(
    400,
    10064,
    `New version of script does not export class '${className}' which is depended on by existing Durable Objects. Did you forget to include it? If you renamed it, try a rename-class migration. If you want to delete all the Durable Objects implemented by the class, you can use a delete-class migration.`,
  );
}

/** workerd's refusal of an upload as Cloudflare words it; anything else is passed on. */
export function asApiError(error: unknown): unknown {
  if (!(error instanceof UploadRejected)) return error;
  return new ApiError(400, error.code, error.message);
}
