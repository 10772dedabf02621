import { randomUUID } from "node:crypto";
import type { Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";
import { workerNamed } from "../workers/registry.ts";
import { askEngine, removeEngine, startEngine } from "./engine.ts";
import { instanceRoutes, listedInstances } from "./instances.ts";
import { type Put, putSchema, storedWorkflow as stored } from "./model.ts";

const kind = "workflow";

/** Its cell starts with it, so that its instances go on with what it is now. */
async function put(request: ApiRequest, world: World): Promise<Reply> {
  const name = request.params["workflow"] ?? "";
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(name))
    throw new ApiError(
      400,
      10001,
      `Workflow names have 1 to 64 letters, digits, "-" and "_" and do not begin with "-", got ${JSON.stringify(name)}`,
    );
  const sent = await request.json(putSchema);
  if (workerNamed(world.state, request.account.id, sent.script_name) === undefined)
    throw new ApiError(
      404,
      10007,
      `workers.api.error.script_not_found: there is no Worker "${sent.script_name}" for the workflow's class ${sent.class_name}`,
    );
  const account = request.account.id;
  const now = new Date().toISOString();
  world.state.transaction(() => {
    const before = world.state.get(account, kind, name);
    const first = before === undefined ? { uuid: randomUUID(), createdOn: now } : stored.parse(before.body);
    const body = {
      uuid: first.uuid,
      createdOn: first.createdOn,
      versionId: randomUUID(),
      modifiedOn: now,
      sent,
    };
    if (before === undefined) world.state.insert(account, kind, name, name, body);
    else world.state.update(account, kind, name, name, body);
  });
  await startEngine(world, found(request, world));
  const { id, ...rest } = summary(found(request, world));
  const { versionId } = stored.parse(found(request, world).body);
  return ok({ id, ...rest, version_id: versionId, is_deleted: 0, terminator_running: 0 });
}

function found(request: ApiRequest, world: World): Stored {
  const workflow = world.state.get(request.account.id, kind, request.params["workflow"] ?? "");
  if (workflow === undefined) throw new ApiError(404, 10200, "workflow.not_found");
  return workflow;
}

function summary({ name, body }: Stored): { readonly id: string } & Readonly<Record<string, unknown>> {
  const { uuid, createdOn, modifiedOn, sent } = stored.parse(body);
  return {
    id: uuid,
    name,
    class_name: sent.class_name,
    script_name: sent.script_name,
    created_on: createdOn,
    modified_on: modifiedOn,
    triggered_on: null,
    ...asSent(sent),
  };
}

/** What the client did not send is not shown; `limits` never is. */
const asSent = ({ schedules, concurrency, default_retention }: Put): object =>
  Object.fromEntries(
    Object.entries({ schedules, concurrency, default_retention }).filter(([, value]) => value != null),
  );

const noInstances = {
  complete: 0,
  errored: 0,
  paused: 0,
  queued: 0,
  rollingBack: 0,
  running: 0,
  terminated: 0,
  waiting: 0,
  waitingForPause: 0,
};

async function shown(workflow: Stored, world: World): Promise<object> {
  const { sent } = stored.parse(workflow.body);
  const gone = workerNamed(world.state, workflow.account, sent.script_name) === undefined;
  const counts: Record<string, number> = { ...noInstances };
  for (const { status } of listedInstances.parse(await askEngine(world, workflow, { method: "list" })))
    counts[status] = (counts[status] ?? 0) + 1;
  return { ...summary(workflow), instances: counts, script_deleted: gone };
}

async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const workflow = found(request, world);
  await removeEngine(world, workflow);
  world.state.remove(request.account.id, kind, workflow.id);
  return ok({ status: "ok", success: true });
}

/** Only the version that is in force is remembered. */
function versionOf(workflow: Stored): object {
  const { uuid, versionId, modifiedOn, sent } = stored.parse(workflow.body);
  return {
    id: versionId,
    workflow_id: uuid,
    class_name: sent.class_name,
    created_on: modifiedOn,
    modified_on: modifiedOn,
    has_dag: false,
  };
}

const base = "/accounts/:account/workflows";
export const workflows: Service = {
  name: "workflows",
  routes: [
    {
      method: "GET",
      path: base,
      permission: "Workers:Metadata Read-Only",
      handle: async (request, world) =>
        paged(
          request,
          await Promise.all(
            world.state.list(request.account.id, kind).map((workflow) => shown(workflow, world)),
          ),
        ),
    },
    { method: "PUT", path: `${base}/:workflow`, permission: "Workers:Editor", handle: put },
    {
      method: "GET",
      path: `${base}/:workflow`,
      permission: "Workers:Metadata Read-Only",
      handle: async (request, world) => ok(await shown(found(request, world), world)),
    },
    { method: "DELETE", path: `${base}/:workflow`, permission: "Workers:Editor", handle: remove },
    {
      method: "GET",
      path: `${base}/:workflow/versions`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => paged(request, [versionOf(found(request, world))]),
    },
    ...instanceRoutes,
  ],
};
