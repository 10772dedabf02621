import { randomBytes } from "node:crypto";
import { z } from "zod";
import { NameTaken } from "../../state.ts";
import type { World } from "../../world.ts";
import { isWrangler } from "../http/is-wrangler.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";
import { bucketsNotifying } from "../r2/buckets.ts";
import {
  brokerSettings,
  consumerKind,
  consumerOf,
  listQueues,
  producers,
  type Queue,
  type QueueBody,
  queueKind,
  requireQueue,
  shownQueue,
} from "./model.ts";

const settings = z.object({
  delivery_delay: z.int().min(0).max(86_400).nullish(),
  delivery_paused: z.boolean().nullish(),
  message_retention_period: z.int().min(60).max(1_209_600).nullish(),
});
const createShape = z.object({
  queue_name: z.string(),
  settings: settings.nullish(),
  jurisdiction: z.string().optional(),
});
const updateShape = z.object({ queue_name: z.string().optional(), settings: settings.nullish() });
const purgeShape = z.object({
  delete_messages_permanently: z.literal(true, "must be true: purged messages are gone for good"),
});

const defaults: QueueBody["settings"] = {
  delivery_delay: 0,
  delivery_paused: false,
  message_retention_period: 345_600,
};

type Settings = z.infer<typeof settings> | null | undefined;

const merged = (base: QueueBody["settings"], sent: Settings): QueueBody["settings"] => ({
  delivery_delay: sent?.delivery_delay ?? base.delivery_delay,
  delivery_paused: sent?.delivery_paused ?? base.delivery_paused,
  message_retention_period: sent?.message_retention_period ?? base.message_retention_period,
});

function requireLegalName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new ApiError(
    400,
    11_003,
    `Queue name ${JSON.stringify(name)} is invalid: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or a digit.`,
  );
}

const taken = (name: string): ApiError =>
  new ApiError(
    409,
    11_009,
    `Queue name '${name}' is already taken. Please use a different name and try again.`,
  );

function orTaken<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NameTaken ? taken(name) : error;
  }
}

async function create(request: ApiRequest, world: World): Promise<Reply> {
  return ok(shownQueue(world.state, makeQueue(world, request.account.id, await request.json(createShape))));
}

/** Makes a queue that nobody has yet. Throws Cloudflare's refusals. */
export function makeQueue(
  { state, queues }: World,
  account: string,
  { queue_name: name, settings: sent, jurisdiction }: z.infer<typeof createShape>,
): Queue {
  requireLegalName(name);
  const now = new Date().toISOString();
  const queue: Queue = {
    account,
    id: randomBytes(16).toString("hex"),
    name,
    createdOn: now,
    modifiedOn: now,
    settings: merged(defaults, sent),
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  };
  orTaken(name, () =>
    state.transaction(() => {
      state.insert(queue.account, queueKind, queue.id, name, bodyOf(queue));
      queues.configure(queue.id, brokerSettings(queue));
    }),
  );
  return queue;
}

/** Makes the queue where the account has none of this name: for projects of wrangler, whose account at Cloudflare has it. */
export function ensureQueue(world: World, account: string, name: string): void {
  if (world.state.byName(account, queueKind, name) !== undefined) return;
  makeQueue(world, account, { queue_name: name });
  world.log(`wrangler named the queue ${name}, which was not there: it was made`);
}

/**
 * Whether wrangler asks before a deployment if the queues of its project are there, which puts their names first; its
 * commands about one queue put the page first, and a name that is wrong there stays wrong.
 */
const isDeployment = ({ headers, url }: ApiRequest): boolean =>
  isWrangler(headers.get("user-agent")) && url.search.startsWith("?name=");

/** PUT replaces the settings (what is absent is the default again), PATCH changes those that are sent. */
async function change(
  request: ApiRequest,
  { state, queues }: World,
  base: "defaults" | "present",
): Promise<Reply> {
  const { queue_name: name, settings: sent } = await request.json(updateShape);
  if (name !== undefined) requireLegalName(name);
  const old = requireQueue(state, request.account.id, request.params["queue"] ?? "");
  const queue: Queue = {
    ...old,
    name: name ?? old.name,
    modifiedOn: new Date().toISOString(),
    settings: merged(base === "present" ? old.settings : defaults, sent),
  };
  save(state, queue);
  queues.configure(queue.id, brokerSettings(queue));
  return ok(shownQueue(state, queue));
}

function save(state: World["state"], queue: Queue): void {
  orTaken(queue.name, () => state.update(queue.account, queueKind, queue.id, queue.name, bodyOf(queue)));
}

const bodyOf = ({ account: _account, id: _id, name: _name, ...body }: Queue): QueueBody => body;

function list(request: ApiRequest, world: World): Reply {
  const { state } = world;
  const account = request.account.id;
  const names = request.url.searchParams.getAll("name");
  if (isDeployment(request)) for (const name of names) ensureQueue(world, account, name);
  const producing = producers(state, account);
  const found = listQueues(state, account).filter(
    (queue) => names.length === 0 || names.includes(queue.name),
  );
  return paged(
    request,
    found.map((queue) => shownQueue(state, queue, producing)),
    100,
  );
}

function remove(request: ApiRequest, { state, queues }: World): Reply {
  const queue = requireQueue(state, request.account.id, request.params["queue"] ?? "");
  const scripts = producers(state, queue.account).get(queue.id) ?? [];
  if (scripts.length > 0)
    throw new ApiError(
      400,
      11_005,
      `Queue '${queue.name}' is still referenced by a binding of Worker(s) ${scripts.join(", ")}: deploy them without it first.`,
    );
  const buckets = bucketsNotifying(state, queue.account, queue.id);
  if (buckets.length > 0)
    throw new ApiError(
      400,
      11_005,
      `Queue '${queue.name}' is still referenced by the event notifications of bucket(s) ${buckets.join(", ")}: delete those rules first.`,
    );
  state.transaction(() => {
    const consumer = consumerOf(state, queue);
    if (consumer !== undefined) state.remove(queue.account, consumerKind, consumer.id);
    state.remove(queue.account, queueKind, queue.id);
    queues.remove(queue.id);
  });
  return ok(null);
}

async function purge(request: ApiRequest, { state, queues }: World): Promise<Reply> {
  await request.json(purgeShape);
  const queue = {
    ...requireQueue(state, request.account.id, request.params["queue"] ?? ""),
    purgedOn: new Date().toISOString(),
  };
  state.transaction(() => {
    queues.purge(queue.id);
    save(state, queue);
  });
  return ok(shownQueue(state, queue));
}

function metrics(request: ApiRequest, { state, queues }: World): Reply {
  const { backlogCount, backlogBytes, oldestMessageTimestampMs } = queues.metrics(
    requireQueue(state, request.account.id, request.params["queue"] ?? "").id,
  );
  return ok({
    backlog_count: backlogCount,
    backlog_bytes: backlogBytes,
    oldest_message_timestamp_ms: oldestMessageTimestampMs,
  });
}

const all = "/accounts/:account/queues";
const one = `${all}/:queue`;

export const queues: Service = {
  name: "queues",
  routes: [
    { method: "POST", path: all, permission: "Queues:Edit", handle: create },
    { method: "GET", path: all, permission: "Queues:Read", handle: list },
    {
      method: "GET",
      path: one,
      permission: "Queues:Read",
      handle: (request, { state }) =>
        ok(shownQueue(state, requireQueue(state, request.account.id, request.params["queue"] ?? ""))),
    },
    {
      method: "PUT",
      path: one,
      permission: "Queues:Edit",
      handle: (request, world) => change(request, world, "defaults"),
    },
    {
      method: "PATCH",
      path: one,
      permission: "Queues:Edit",
      handle: (request, world) => change(request, world, "present"),
    },
    { method: "DELETE", path: one, permission: "Queues:Edit", handle: remove },
    { method: "POST", path: `${one}/purge`, permission: "Queues:Edit", handle: purge },
    {
      method: "GET",
      path: `${one}/purge`,
      permission: "Queues:Read",
      handle: (request, { state }) => {
        const { purgedOn } = requireQueue(state, request.account.id, request.params["queue"] ?? "");
        return ok(purgedOn === undefined ? {} : { started_at: purgedOn, completed: purgedOn });
      },
    },
    { method: "GET", path: `${one}/metrics`, permission: "Queues:Read", handle: metrics },
  ],
};
