import * as pulumi from "@pulumi/pulumi";
import { loads } from "./shim.ts";

export const guardType = "pulumi-nodejs:dynamic/lockstep:Guard";

/** Whether what depends on a guard may go. */
export interface GuardArgs {
  /** Only where the stage was protected once, and is no more. @default - it protects */
  readonly protects?: false;
}

/**
 * Depends on everything, so that a `destroy` comes to it first. It is protected in protected stages: without it
 * `pulumi destroy --skip-preview` deletes what nothing protects (workers, routes) before it fails at the first database. Its provider refuses to
 * delete it besides, because `pulumi state unprotect --all` takes one word.
 */
export class Guard extends pulumi.CustomResource {
  constructor(name: string, args: GuardArgs, opts: pulumi.CustomResourceOptions) {
    super(guardType, name, { ...args, __provider: loads("Guard") }, opts);
  }
}
