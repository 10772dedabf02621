import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";
import { workerNamed } from "../workers/registry.ts";

const kind = "workflow";

const retention = z.union([z.number(), z.string()]).nullish();
const putSchema = z.looseObject({
  class_name: z.string().min(1),
  script_name: z.string().min(1),
  limits: z.object({ steps: z.number().int().positive().nullish() }).nullish(),
  schedules: z.array(z.object({ cron: z.string().min(1) })).nullish(),
  concurrency: z.object({ limit: z.number().int().positive().nullish() }).nullish(),
  default_retention: z.object({ error_retention: retention, success_retention: retention }).nullish(),
});
type Put = z.infer<typeof putSchema>;

const stored = z.object({
  uuid: z.string(),
  versionId: z.string(),
  createdOn: z.string(),
  modifiedOn: z.string(),
  sent: putSchema,
});

/** Only kept and shown: no instance ever runs here. */
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

function shown(workflow: Stored, world: World): object {
  const { sent } = stored.parse(workflow.body);
  const gone = workerNamed(world.state, workflow.account, sent.script_name) === undefined;
  return { ...summary(workflow), instances: noInstances, script_deleted: gone };
}

function remove(request: ApiRequest, world: World): Reply {
  world.state.remove(request.account.id, kind, found(request, world).id);
  return ok({ status: "ok", success: true });
}

const base = "/accounts/:account/workflows";
export const workflows: Service = {
  name: "workflows",
  routes: [
    {
      method: "GET",
      path: base,
      permission: "Workers Scripts:Read",
      handle: (request, world) =>
        paged(
          request,
          world.state.list(request.account.id, kind).map((workflow) => shown(workflow, world)),
        ),
    },
    { method: "PUT", path: `${base}/:workflow`, permission: "Workers Scripts:Edit", handle: put },
    {
      method: "GET",
      path: `${base}/:workflow`,
      permission: "Workers Scripts:Read",
      handle: (request, world) => ok(shown(found(request, world), world)),
    },
    { method: "DELETE", path: `${base}/:workflow`, permission: "Workers Scripts:Edit", handle: remove },
  ],
};
