import type * as pulumi from "@pulumi/pulumi";

/** What every component of a store has. */
export interface StoreComponent extends pulumi.ComponentResource {
  /** What the API knows it by: its name, where a kind has no other id. */
  readonly id: pulumi.Output<string>;
  /** The resource that holds the data; the component itself where another stage's is shared. */
  readonly store: pulumi.Resource;
  /** What code that binds the store waits for. */
  readonly ready: pulumi.Resource;
  /** What configures it and is a resource of its own. @default - none */
  readonly settings?: readonly pulumi.Resource[];
}
