import * as pulumi from "@pulumi/pulumi";
import type { Context } from "./context.ts";

/** What a component is made from: its declaration, and the deployment that it is part of. */
export interface ComponentArgs<Declared> {
  readonly declared: Declared;
  readonly context: Context;
}

/**
 * The options of the resource in a component: its own, and those of the component's that Pulumi does not hand on to children
 * by itself. Aliases, transforms and the provider it does hand on.
 */
export function within(
  component: pulumi.ComponentResource,
  own: pulumi.CustomResourceOptions,
  { ignoreChanges, replaceOnChanges, customTimeouts, protect, retainOnDelete, dependsOn, hooks }: Options,
): pulumi.CustomResourceOptions {
  const handedOn = Object.fromEntries(
    Object.entries({
      ignoreChanges,
      replaceOnChanges,
      customTimeouts,
      protect,
      retainOnDelete,
      dependsOn,
      hooks,
    }).filter(([, value]) => value !== undefined),
  );
  const options = { parent: component, ...own };
  return Object.keys(handedOn).length === 0 ? options : pulumi.mergeOptions(options, handedOn);
}

type Options = pulumi.ComponentResourceOptions;
