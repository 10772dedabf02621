import * as pulumi from "@pulumi/pulumi";
import type { AiGateway, R2, Vectorize } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { SharedStore, type SharedStoreArgs } from "../../dynamic/stores/shared-store.ts";
import { within } from "../component.ts";
import { type Context, logicalName } from "../context.ts";

/** What several stages of an account can use. */
type Shareable = AiGateway | R2 | Vectorize;

type Made = Omit<SharedStoreArgs, "accountId" | "name">;

/** How the API makes one of each kind, with what its owner declares. */
const made: {
  readonly [Kind in Shareable["kind"]]: (declared: Shareable & { kind: Kind }, name: string) => Made;
} = {
  r2: ({ storageClass = "Standard", jurisdiction }, name) => ({
    path: "r2/buckets",
    body: { name, storageClass },
    headers: jurisdiction === undefined ? {} : { "cf-r2-jurisdiction": jurisdiction },
  }),
  vectorize: ({ dimensions, metric, description = "" }, name) => ({
    path: "vectorize/v2/indexes",
    body: { name, description, config: { dimensions, metric } },
    headers: {},
  }),
  aiGateway: ({ cacheTtlSeconds = 0, rateLimit, collectLogs = true }, name) => ({
    path: "ai-gateway/gateways",
    body: {
      id: name,
      cache_invalidate_on_update: true,
      cache_ttl: cacheTtlSeconds,
      collect_logs: collectLogs,
      rate_limiting_interval: rateLimit?.windowSeconds ?? 0,
      rate_limiting_limit: rateLimit?.requests ?? 0,
      rate_limiting_technique: rateLimit?.technique ?? "fixed",
      authentication: false,
      logpush: false,
      workers_ai_billing_mode: "postpaid",
    },
    headers: {},
  }),
};

const makeOf = <Kind extends Shareable["kind"]>(declared: Shareable & { kind: Kind }, name: string): Made =>
  made[declared.kind](declared, name);

/** Whether this stage only uses what another one owns. */
export const isAnothers = (declared: Shareable, { ownsShared }: Context): boolean =>
  declared.shared === true && !ownsShared;

/** A store of another stage, for one that uses it. It says so where it has to be made. */
export function sharedStore(
  parent: pulumi.ComponentResource,
  declared: Shareable,
  context: Context,
): SharedStore {
  const { accountId, hooks, stage, target, unmade } = context;
  const label = logicalName(context, declared.name);
  const name = physicalName(declared, stage);
  const says = new pulumi.ResourceHook(
    `made-for-all/${label}`,
    () =>
      unmade.has(label)
        ? pulumi.log.info(
            `${label}: account ${accountId} has no ${name} yet; it is made now, stays when stage ${stage.name} is destroyed, and the stage that owns it takes it over`,
          )
        : undefined,
    { onDryRun: true },
  );
  return new SharedStore(
    label,
    { accountId, name, ...makeOf(declared, name) },
    within(
      parent,
      {
        dependsOn: [target],
        hooks: { ...hooks, beforeCreate: [...(hooks.beforeCreate ?? []), says] },
      },
      {},
    ),
  );
}
