import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Service } from "../http/service.ts";

const policyKind = "notificationPolicy";
const webhookKind = "notificationWebhook";

const targets = z.array(z.object({ id: z.string().min(1) })).nullish();
const policySchema = z.looseObject({
  name: z.string().min(1),
  alert_type: z.string().min(1),
  mechanisms: z.looseObject({ email: targets, webhooks: targets, pagerduty: targets }),
  enabled: z.boolean().nullish(),
  description: z.string().nullish(),
  alert_interval: z.string().nullish(),
  filters: z.record(z.string(), z.array(z.unknown()).nullish()).nullish(),
});
const webhookSchema = z.object({ name: z.string().min(1), url: z.url(), secret: z.string().nullish() });

const storedPolicy = z.object({ created: z.string(), modified: z.string(), policy: policySchema });
const storedWebhook = z.object({ createdAt: z.string(), webhook: webhookSchema });

/** Only kept and shown: nobody is ever notified from here. */
async function createPolicy(request: ApiRequest, world: World): Promise<Reply> {
  const policy = await request.json(policySchema);
  const now = new Date().toISOString();
  const id = randomUUID();
  world.state.insert(request.account.id, policyKind, id, id, { created: now, modified: now, policy });
  return ok({ id }); // all that the real API answers
}

async function updatePolicy(request: ApiRequest, world: World): Promise<Reply> {
  const { id, body } = found(request, world, policyKind, "policy");
  const changes = await request.json(policySchema.partial());
  const before = storedPolicy.parse(body);
  const policy = policySchema.parse({ ...before.policy, ...changes });
  world.state.update(request.account.id, policyKind, id, id, {
    created: before.created,
    modified: new Date().toISOString(),
    policy,
  });
  return ok({ id });
}

function shownPolicy({ id, body }: Stored): object {
  const { created, modified, policy } = storedPolicy.parse(body);
  const { mechanisms, filters, enabled, ...others } = policy;
  return {
    id,
    ...given(others),
    enabled: enabled ?? true,
    mechanisms: given(mechanisms),
    ...(filters == null ? {} : { filters: given(filters) }),
    created,
    modified,
  };
}

const given = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v != null));

async function createWebhook(request: ApiRequest, world: World): Promise<Reply> {
  const webhook = await request.json(webhookSchema);
  const id = randomUUID().replaceAll("-", "");
  world.state.insert(request.account.id, webhookKind, id, id, {
    createdAt: new Date().toISOString(),
    webhook,
  });
  return ok({ id });
}

async function updateWebhook(request: ApiRequest, world: World): Promise<Reply> {
  const { id, body } = found(request, world, webhookKind, "webhook");
  const webhook = await request.json(webhookSchema);
  world.state.update(request.account.id, webhookKind, id, id, {
    createdAt: storedWebhook.parse(body).createdAt,
    webhook,
  });
  return ok({ id });
}

/** The secret is never shown. */
function shownWebhook({ id, body }: Stored): object {
  const { createdAt, webhook } = storedWebhook.parse(body);
  return {
    id,
    name: webhook.name,
    url: webhook.url,
    type: "generic",
    created_at: createdAt,
    last_failure: null,
    last_success: null,
  };
}

function found(request: ApiRequest, world: World, kind: string, parameter: string): Stored {
  const object = world.state.get(request.account.id, kind, request.params[parameter] ?? "");
  if (object === undefined) throw new ApiError(404, 17001, `${parameter} not found`);
  return object;
}

function remove(request: ApiRequest, world: World, kind: string, parameter: string): Reply {
  const { id } = found(request, world, kind, parameter);
  world.state.remove(request.account.id, kind, id);
  return ok({ id });
}

const policies = "/accounts/:account/alerting/v3/policies";
const webhooks = "/accounts/:account/alerting/v3/destinations/webhooks";
export const alerting: Service = {
  name: "alerting",
  routes: [
    {
      method: "GET",
      path: policies,
      permission: "Notifications:Read",
      handle: (request, world) => ok(world.state.list(request.account.id, policyKind).map(shownPolicy)),
    },
    { method: "POST", path: policies, permission: "Notifications:Edit", handle: createPolicy },
    {
      method: "GET",
      path: `${policies}/:policy`,
      permission: "Notifications:Read",
      handle: (request, world) => ok(shownPolicy(found(request, world, policyKind, "policy"))),
    },
    { method: "PUT", path: `${policies}/:policy`, permission: "Notifications:Edit", handle: updatePolicy },
    {
      method: "DELETE",
      path: `${policies}/:policy`,
      permission: "Notifications:Edit",
      handle: (request, world) => remove(request, world, policyKind, "policy"),
    },
    {
      method: "GET",
      path: webhooks,
      permission: "Notifications:Read",
      handle: (request, world) => ok(world.state.list(request.account.id, webhookKind).map(shownWebhook)),
    },
    { method: "POST", path: webhooks, permission: "Notifications:Edit", handle: createWebhook },
    {
      method: "GET",
      path: `${webhooks}/:webhook`,
      permission: "Notifications:Read",
      handle: (request, world) => ok(shownWebhook(found(request, world, webhookKind, "webhook"))),
    },
    { method: "PUT", path: `${webhooks}/:webhook`, permission: "Notifications:Edit", handle: updateWebhook },
    {
      method: "DELETE",
      path: `${webhooks}/:webhook`,
      permission: "Notifications:Edit",
      handle: (request, world) => remove(request, world, webhookKind, "webhook"),
    },
  ],
};
