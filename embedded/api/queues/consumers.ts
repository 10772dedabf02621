import { randomBytes } from "node:crypto";
import { z } from "zod";
import { NameTaken, type State } from "../../state.ts";
import type { World } from "../../world.ts";
import { isWrangler } from "../http/is-wrangler.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Service } from "../http/service.ts";
import { activeDeployment, requireVersion, script } from "../workers/registry.ts";
import { attachConsumer } from "./deliver.ts";
import {
  asConsumer,
  type Consumer,
  type ConsumerBody,
  consumerKind,
  consumerOf,
  type Queue,
  queueKind,
  requireQueue,
  shownConsumer,
} from "./model.ts";
import { ensureQueue } from "./queues.ts";

const deadLetterQueue = z.string().nullish();
const seconds = z.int().min(0).max(86_400).nullish();
const consumerShape = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("worker"),
    script_name: z.string().optional(),
    /** The old name of the same. */
    script: z.string().optional(),
    dead_letter_queue: deadLetterQueue,
    settings: z
      .object({
        batch_size: z.int().min(1).max(100).nullish(),
        max_retries: z.int().min(0).max(100).nullish(),
        max_wait_time_ms: z.number().min(0).max(60_000).nullish(),
        max_concurrency: z.int().min(1).max(250).nullish(),
        retry_delay: seconds,
      })
      .nullish(),
  }),
  z.object({
    type: z.literal("http_pull"),
    dead_letter_queue: deadLetterQueue,
    settings: z
      .object({
        batch_size: z.int().min(1).max(100).nullish(),
        max_retries: z.int().min(0).max(100).nullish(),
        retry_delay: seconds,
        visibility_timeout_ms: z.number().min(0).max(43_200_000).nullish(),
      })
      .nullish(),
  }),
]);
type Sent = z.infer<typeof consumerShape>;

/** What was sent with Cloudflare's defaults. Throws when the worker or the dead-letter queue does not exist. */
function bodyFrom(state: State, queue: Queue, sent: Sent, createdOn: string): ConsumerBody {
  const target = deadLetterTarget(state, queue, sent.dead_letter_queue);
  const base = {
    createdOn,
    queueId: queue.id,
    ...(target === undefined ? {} : { deadLetterQueueId: target }),
  };
  switch (sent.type) {
    case "worker":
      return {
        ...base,
        type: "worker",
        workerId: workerThatConsumes(state, queue.account, sent.script_name ?? sent.script ?? ""),
        settings: {
          batch_size: sent.settings?.batch_size ?? 10,
          max_retries: sent.settings?.max_retries ?? 3,
          max_wait_time_ms: sent.settings?.max_wait_time_ms ?? 5000,
          max_concurrency: sent.settings?.max_concurrency ?? null,
          retry_delay: sent.settings?.retry_delay ?? 0,
        },
      };
    case "http_pull":
      return {
        ...base,
        type: "http_pull",
        settings: {
          batch_size: sent.settings?.batch_size ?? 5,
          max_retries: sent.settings?.max_retries ?? 3,
          retry_delay: sent.settings?.retry_delay ?? 0,
          visibility_timeout_ms: sent.settings?.visibility_timeout_ms ?? 30_000,
        },
      };
    default:
      return sent satisfies never;
  }
}

function workerThatConsumes(state: State, account: string, name: string): string {
  if (name === "")
    throw new ApiError(
      400,
      7400,
      "The request is malformed: script_name: a worker consumer needs the name of its script",
    );
  const worker = script(state, account, name);
  const deployed = activeDeployment(state, worker)?.versions ?? [];
  const handles = deployed.some(({ version_id }) =>
    requireVersion(state, worker, version_id).handlers.includes("queue"),
  );
  if (!handles)
    throw new ApiError(
      400,
      11_001,
      `queue handler is missing: the deployed Worker '${name}' does not export a queue() handler`,
    );
  return worker.id;
}

function deadLetterTarget(state: State, queue: Queue, name: string | null | undefined): string | undefined {
  if (name === null || name === undefined || name === "") return undefined;
  const found = state.byName(queue.account, queueKind, name);
  if (found === undefined)
    throw new ApiError(404, 11_000, `Queue does not exist: the dead-letter queue '${name}'`);
  if (found.id === queue.id)
    throw new ApiError(
      400,
      7400,
      "The request is malformed: dead_letter_queue: a queue cannot be its own dead-letter queue",
    );
  return found.id;
}

const queueOf = (request: ApiRequest, { state }: World): Queue =>
  requireQueue(state, request.account.id, request.params["queue"] ?? "");

function requireConsumer(request: ApiRequest, world: World, queue: Queue): Consumer {
  const stored = world.state.get(queue.account, consumerKind, request.params["consumer"] ?? "");
  const consumer = stored === undefined ? undefined : asConsumer(stored);
  if (consumer === undefined || consumer.queueId !== queue.id)
    throw new ApiError(404, 11_008, "Consumer does not exist");
  return consumer;
}

/** What was sent; for wrangler, a dead-letter queue that is missing is made like the other queues of its project. */
async function sentIn(request: ApiRequest, world: World): Promise<Sent> {
  const sent = await request.json(consumerShape);
  if (sent.dead_letter_queue && isWrangler(request.headers.get("user-agent")))
    ensureQueue(world, request.account.id, sent.dead_letter_queue);
  return sent;
}

async function create(request: ApiRequest, world: World): Promise<Reply> {
  const queue = queueOf(request, world);
  const sent = await sentIn(request, world);
  const consumer: Consumer = {
    account: queue.account,
    id: randomBytes(16).toString("hex"),
    ...bodyFrom(world.state, queue, sent, new Date().toISOString()),
  };
  try {
    const { account: _account, id: _id, ...body } = consumer;
    world.state.insert(queue.account, consumerKind, consumer.id, queue.id, body);
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(
      400,
      11_004,
      `workers.api.error.consumer_exists: queue '${queue.name}' already has a consumer; remove it first`,
    );
  }
  attachConsumer(world, queue, consumer);
  return ok(shownConsumer(world.state, queue, consumer));
}

async function replace(request: ApiRequest, world: World): Promise<Reply> {
  const queue = queueOf(request, world);
  const sent = await sentIn(request, world);
  const old = requireConsumer(request, world, queue);
  const consumer: Consumer = {
    account: queue.account,
    id: old.id,
    ...bodyFrom(world.state, queue, sent, old.createdOn),
  };
  const { account: _account, id: _id, ...body } = consumer;
  world.state.update(queue.account, consumerKind, old.id, queue.id, body);
  attachConsumer(world, queue, consumer);
  return ok(shownConsumer(world.state, queue, consumer));
}

function remove(request: ApiRequest, world: World): Reply {
  const queue = queueOf(request, world);
  world.state.remove(queue.account, consumerKind, requireConsumer(request, world, queue).id);
  attachConsumer(world, queue, undefined);
  return ok(null);
}

const all = "/accounts/:account/queues/:queue/consumers";
const one = `${all}/:consumer`;

export const queueConsumers: Service = {
  name: "queueConsumers",
  routes: [
    { method: "POST", path: all, permission: "Queues:Edit", handle: create },
    {
      method: "GET",
      path: all,
      permission: "Queues:Read",
      handle: (request, world) => {
        const queue = queueOf(request, world);
        const consumer = consumerOf(world.state, queue);
        return ok(consumer === undefined ? [] : [shownConsumer(world.state, queue, consumer)]);
      },
    },
    {
      method: "GET",
      path: one,
      permission: "Queues:Read",
      handle: (request, world) => {
        const queue = queueOf(request, world);
        return ok(shownConsumer(world.state, queue, requireConsumer(request, world, queue)));
      },
    },
    { method: "PUT", path: one, permission: "Queues:Edit", handle: replace },
    { method: "DELETE", path: one, permission: "Queues:Edit", handle: remove },
  ],
};
