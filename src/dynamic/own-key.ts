import * as pulumi from "@pulumi/pulumi";
import { loads } from "./shim.ts";

/** An age identity that is made once and given to a worker alone: what it writes for itself where others read, nobody else opens. */
export class OwnKey extends pulumi.CustomResource {
  /** `AGE-SECRET-KEY-1…`, secret. */
  declare readonly identity: pulumi.Output<string>;
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/lockstep:OwnKey",
      name,
      { identity: undefined, __provider: loads("OwnKey") },
      { ...opts, additionalSecretOutputs: ["identity"] },
    );
  }
}
