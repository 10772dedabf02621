import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Route } from "../http/service.ts";
import { askEngine } from "./engine.ts";
import { storedWorkflow } from "./model.ts";

const startSchema = z.looseObject({
  instance_id: z.string().min(1).max(100).nullish(),
  params: z.unknown().optional(),
});
const changeSchema = z.looseObject({
  status: z.enum(["pause", "resume", "restart", "terminate"]),
  from: z.unknown().optional(),
  rollback: z.boolean().nullish(),
});
export const listedInstances = z.array(
  z.looseObject({ id: z.string(), status: z.string(), created_on: z.string() }),
);

function found(request: ApiRequest, world: World) {
  const workflow = world.state.get(request.account.id, "workflow", request.params["workflow"] ?? "");
  if (workflow === undefined) throw new ApiError(404, 10200, "workflow.not_found");
  return workflow;
}

const idOf = (request: ApiRequest): string => request.params["instance"] ?? "";

async function start(request: ApiRequest, world: World): Promise<Reply> {
  const workflow = found(request, world);
  const { instance_id, params } = await request.json(startSchema);
  const id = instance_id ?? randomUUID();
  await askEngine(world, workflow, {
    method: "start",
    args: { id, ...(params !== undefined && { params: parsed(params) }) },
  });
  const { uuid, versionId } = storedWorkflow.parse(workflow.body);
  return ok({ id, workflow_id: uuid, version_id: versionId, status: "queued" });
}

/** wrangler sends the parameters as it was given them: a text with JSON in it. */
function parsed(params: unknown): unknown {
  if (typeof params !== "string") return params;
  try {
    const value: unknown = JSON.parse(params);
    return value;
  } catch {
    return params;
  }
}

async function list(request: ApiRequest, world: World): Promise<Reply> {
  const workflow = found(request, world);
  const { uuid, versionId } = storedWorkflow.parse(workflow.body);
  const status = request.url.searchParams.get("status");
  const asked = request.url.searchParams;
  const [from, to] = [asked.get("date_start"), asked.get("date_end")];
  const all = listedInstances.parse(await askEngine(world, workflow, { method: "list" }));
  return paged(
    request,
    all
      .filter((each) => status === null || each.status === status)
      .filter(({ created_on: at }) => (from === null || at >= from) && (to === null || at <= to))
      .map((each) => ({ ...each, workflow_id: uuid, version_id: versionId })),
  );
}

async function describe(request: ApiRequest, world: World): Promise<Reply> {
  const workflow = found(request, world);
  const { versionId } = storedWorkflow.parse(workflow.body);
  const told = z
    .looseObject({})
    .parse(await askEngine(world, workflow, { method: "describe", id: idOf(request) }));
  return ok({ versionId, ...told });
}

async function change(request: ApiRequest, world: World): Promise<Reply> {
  const workflow = found(request, world);
  const { status, from, rollback } = await request.json(changeSchema);
  const options = { ...(from != null && { from }), ...(rollback != null && { rollback }) };
  await askEngine(world, workflow, { method: status, id: idOf(request), args: [options] });
  const now = z.looseObject({ status: z.string() });
  const told = now.parse(await askEngine(world, workflow, { method: "describe", id: idOf(request) }));
  return ok({ status: told.status, timestamp: new Date().toISOString() });
}

async function send(request: ApiRequest, world: World): Promise<Reply> {
  const payload = await request.json(z.unknown());
  const event = { type: request.params["event"] ?? "", payload };
  await askEngine(world, found(request, world), { method: "sendEvent", id: idOf(request), args: [event] });
  return ok({});
}

const base = "/accounts/:account/workflows/:workflow/instances";
const [read, edit] = ["Workers:Metadata Read-Only", "Workers:Editor"] as const;

export const instanceRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: read, handle: list },
  { method: "POST", path: base, permission: edit, handle: start },
  { method: "GET", path: `${base}/:instance`, permission: read, handle: describe },
  { method: "PATCH", path: `${base}/:instance/status`, permission: edit, handle: change },
  { method: "POST", path: `${base}/:instance/events/:event`, permission: edit, handle: send },
];
