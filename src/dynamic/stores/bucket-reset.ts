import * as pulumi from "@pulumi/pulumi";
import { loads } from "../shim.ts";
import type { BucketSetting } from "./bucket-reset-provider.ts";

/** Which setting of which bucket. */
export interface BucketResetArgs {
  readonly accountId: string;
  readonly bucketName: pulumi.Input<string>;
  readonly jurisdiction: string;
  readonly setting: BucketSetting;
}

/**
 * Stands beside a setting of a bucket for whose deletion the Cloudflare provider calls nothing, and takes the setting back
 * when both of them go: rules that delete objects would otherwise stay in force after they are gone from the declaration.
 */
export class BucketReset extends pulumi.CustomResource {
  constructor(name: string, args: BucketResetArgs, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/lockstep:BucketReset",
      name,
      { ...args, __provider: loads("BucketReset") },
      opts,
    );
  }
}
