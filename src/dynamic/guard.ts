import * as pulumi from "@pulumi/pulumi";
import { loads } from "./shim.ts";

/**
 * Depends on everything, so that a `destroy` comes to it first. It is protected in protected stages: without it
 * `pulumi destroy --skip-preview` deletes what nothing protects (workers, routes) before it fails at the first database.
 */
export class Guard extends pulumi.CustomResource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/lockstep:Guard", name, { __provider: loads("Guard") }, opts);
  }
}
