import type * as pulumi from "@pulumi/pulumi";
import type { R2 } from "../../../declare/index.ts";
import { BucketReset } from "../../../dynamic/stores/bucket-reset.ts";
import type { BucketSetting } from "../../../dynamic/stores/bucket-reset-provider.ts";
import {
  type R2Bucket,
  R2BucketCors,
  R2BucketLifecycle,
  R2BucketLock,
  R2CustomDomain,
  R2ManagedDomain,
} from "../../cloudflare.ts";
import { type Context, logicalName } from "../../context.ts";
import { corsInput, lifecycleInputs, lockInput } from "./bucket-rules.ts";
import { tellsExpiry } from "./expiry.ts";

/** What a bucket is configured with, each a resource of its own: what is not declared has none, and Cloudflare's default. */
export function bucketSettings(
  parent: pulumi.Resource,
  bucket: R2Bucket,
  declared: R2,
  context: Context,
): readonly pulumi.Resource[] {
  const { accountId, stage, hooks } = context;
  const { cors = [], lifecycle = [], lock = [], managedDomain = false, customDomains = {} } = declared;
  const name = logicalName(context, declared.name);
  const jurisdiction = declared.jurisdiction ?? "default";
  const of = { accountId, bucketName: bucket.name, jurisdiction };
  const options = { parent, hooks };
  const withReset = (setting: BucketSetting, made: pulumi.Resource): readonly pulumi.Resource[] => [
    made,
    new BucketReset(`${name}/${setting}`, { ...of, setting }, { ...options, dependsOn: [bucket] }),
  ];
  const resources: pulumi.Resource[] = [];
  if (cors.length > 0) resources.push(new R2BucketCors(name, { ...of, rules: cors.map(corsInput) }, options));
  if (lifecycle.length > 0) {
    const tells = tellsExpiry(name);
    const telling = { ...hooks, beforeCreate: [tells], beforeUpdate: [tells] };
    const rules = lifecycleInputs(lifecycle);
    resources.push(
      ...withReset("lifecycle", new R2BucketLifecycle(name, { ...of, rules }, { parent, hooks: telling })),
    );
  }
  if (lock.length > 0)
    resources.push(
      ...withReset("lock", new R2BucketLock(name, { ...of, rules: lock.map(lockInput) }, options)),
    );
  if (managedDomain)
    resources.push(
      ...withReset("managedDomain", new R2ManagedDomain(name, { ...of, enabled: true }, options)),
    );
  for (const { domain, zoneId, minTls } of customDomains[stage.name] ?? [])
    resources.push(
      new R2CustomDomain(
        `${name}/${domain}`,
        { ...of, domain, zoneId, enabled: true, minTls: minTls ?? "1.0" },
        options,
      ),
    );
  return resources;
}
