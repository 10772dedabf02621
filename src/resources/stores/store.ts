import type * as pulumi from "@pulumi/pulumi";

/** What every component of a store has. */
export interface StoreComponent extends pulumi.ComponentResource {
  /** The resource that holds the data; the component itself where another stage's is shared. */
  readonly store: pulumi.Resource;
  /** What code that binds the store waits for. */
  readonly ready: pulumi.Resource;
}
