import * as pulumi from "@pulumi/pulumi";
import { loads } from "./shim.ts";

/** A Vectorize index. The address and token of the API are no inputs: they are looked up when the index is made. */
export interface VectorizeIndexArgs {
  readonly accountId: string;
  readonly name: string;
  readonly dimensions: number;
  readonly metric: string;
  readonly description: string;
  /** Property of the metadata → its type, sorted. */
  readonly metadataIndexes: Readonly<Record<string, string>>;
  /** What the recipe says makes its vectors. Cloudflare knows nothing of it: the state remembers it, so that another one is noticed. */
  readonly model?: string;
  /** Whether one that is there is taken over: its declaration adopts it, or stages share it and this one owns it. */
  readonly takesOver: boolean;
  /** Whether one that is there was made by a run of this stack that did not hear of it. Only looked at when it is made. */
  readonly halfMade: boolean;
}

/** A Vectorize index, which the Cloudflare provider has no resource for. */
export class VectorizeIndex extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  constructor(name: string, args: VectorizeIndexArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
      name,
      { ...args, createdOn: undefined, __provider: loads("VectorizeIndex") },
      opts,
    );
  }
}
