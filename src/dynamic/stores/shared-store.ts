import * as pulumi from "@pulumi/pulumi";
import { loads } from "../shim.ts";

/** A store as the API knows it. */
export interface SharedStoreArgs {
  readonly accountId: string;
  /** Of the API, below the account: `r2/buckets`. */
  readonly path: string;
  readonly name: string;
  /** What is sent to make one. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A store that another stage of the account owns. It is made where it is not there yet, so that stages can be brought up in any order, and stays
 * when this stage is destroyed.
 */
export class SharedStore extends pulumi.CustomResource {
  constructor(name: string, args: SharedStoreArgs, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/lockstep:SharedStore",
      name,
      { ...args, __provider: loads("SharedStore") },
      opts,
    );
  }
}
