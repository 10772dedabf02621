import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type Bucket, bucketOf, invalid, saveBucket } from "./buckets.ts";
import { overlap, type Rule, ruleSchema, rulesOf } from "./notification-rules.ts";

/** Adds rules, as Cloudflare does: two rules of a bucket may not wait for the same event. */
async function put(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(z.object({ rules: z.array(ruleSchema).min(1) }));
  const bucket = bucketOf(request, world);
  const queue = queueOf(request, world);
  const others = Object.keys(bucket.body.notifications).flatMap((id) => rulesOf(bucket, id));
  const rules: Rule[] = [];
  for (const rule of sent.rules) {
    const rival = [...others, ...rules].find((other) => overlap(rule, other));
    if (rival !== undefined)
      throw invalid(
        `rules: the rule for ${rule.actions.join(", ")} overlaps with rule ${rival.ruleId} of this bucket`,
      );
    rules.push({ ruleId: randomUUID(), createdAt: new Date().toISOString(), ...rule });
  }
  save(request, world, bucket, queue.id, [...rulesOf(bucket, queue.id), ...rules]);
  return ok({});
}

function get(request: ApiRequest, world: World): Reply {
  const bucket = bucketOf(request, world);
  const queue = queueOf(request, world);
  const rules = rulesOf(bucket, queue.id);
  if (rules.length === 0) throw noRules();
  return ok({ queueId: queue.id, queueName: queue.name, rules: rules.map(shown) });
}

function list(request: ApiRequest, world: World): Reply {
  const bucket = bucketOf(request, world);
  const queues = Object.keys(bucket.body.notifications).map((id) => ({
    queueId: id,
    queueName: world.state.get(request.account.id, "queue", id)?.name ?? "",
    rules: rulesOf(bucket, id).map(shown),
  }));
  if (queues.length === 0) throw noRules();
  return ok({ bucketName: bucket.name, queues });
}

/** Without a body all rules of the queue, else those whose `ruleIds` it names. */
async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const isEmpty = (await request.bytes()).byteLength === 0;
  const sent = isEmpty ? {} : await request.json(z.object({ ruleIds: z.array(z.string()).nullish() }));
  const bucket = bucketOf(request, world);
  const queue = request.params["queue"] ?? "";
  const rules = rulesOf(bucket, queue);
  if (rules.length === 0) throw noRules();
  const ids = "ruleIds" in sent ? sent.ruleIds : undefined;
  save(request, world, bucket, queue, ids == null ? [] : rules.filter((rule) => !ids.includes(rule.ruleId)));
  return ok({});
}

function save(
  request: ApiRequest,
  world: World,
  bucket: Bucket,
  queue: string,
  rules: readonly Rule[],
): void {
  const others = Object.entries(bucket.body.notifications).filter(([id]) => id !== queue);
  const mine: [string, Rule[]][] = rules.length === 0 ? [] : [[queue, [...rules]]];
  saveBucket(request, world, bucket, { notifications: Object.fromEntries([...others, ...mine]) });
}

/** An empty prefix or suffix is as if it had not been sent. */
const shown = (rule: Rule): object =>
  Object.fromEntries(
    Object.entries(rule).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  );

const noRules = (): ApiError =>
  new ApiError(404, 10001, "The bucket has no event notification configuration for this queue.");

function queueOf(request: ApiRequest, world: World): { readonly id: string; readonly name: string } {
  const id = request.params["queue"] ?? "";
  const found = world.state.get(request.account.id, "queue", id);
  if (found === undefined) throw new ApiError(404, 11000, `Queue ${JSON.stringify(id)} does not exist.`);
  return found;
}

const base = "/accounts/:account/event_notifications/r2/:bucket/configuration";
const one = `${base}/queues/:queue`;
export const notificationRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers R2 Storage:Read", handle: list },
  { method: "GET", path: one, permission: "Workers R2 Storage:Read", handle: get },
  { method: "PUT", path: one, permission: "Workers R2 Storage:Edit", handle: put },
  { method: "DELETE", path: one, permission: "Workers R2 Storage:Edit", handle: remove },
];
