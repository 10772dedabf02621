import * as pulumi from "@pulumi/pulumi";
import { loads } from "./shim.ts";

/** A worker that others must be able to bind before its own code can be there. */
export interface FirstVersionArgs {
  readonly accountId: string;
  readonly workerId: pulumi.Input<string>;
  readonly scriptName: pulumi.Input<string>;
  /** Names of entrypoint classes that the others bind. */
  readonly entrypoints: readonly string[];
}

/**
 * Gives a worker a first version that answers 503, if it has never been deployed: Cloudflare refuses a version that binds a
 * worker without one. Where anything is deployed it does nothing, now and later.
 */
export class FirstVersion extends pulumi.CustomResource {
  constructor(name: string, args: FirstVersionArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/lockstep:FirstVersion",
      name,
      {
        ...args,
        entrypoints: [...args.entrypoints],
        __provider: loads("FirstVersion"),
      },
      opts,
    );
  }
}
