import { z } from "zod";
import { stateResource } from "../../../src/reality/state.ts";
import { kinds } from "../../../src/resources/kinds/kinds.ts";
import type { StoreFacts } from "./store-facts.ts";
import { labelOf, type Switching } from "./switching.ts";

const properties = z.record(z.string(), z.unknown());
const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  delete: z.boolean().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
});
const exported = z.looseObject({ deployment: z.looseObject({ resources: z.array(resource) }) });
type Resource = z.infer<typeof resource>;
type Properties = z.infer<typeof properties>;

const target = "pulumi-nodejs:dynamic/lockstep:Target";
const stack = "pulumi:pulumi:Stack";
const bucketReset = "pulumi-nodejs:dynamic/lockstep:BucketReset";

/**
 * An exported state in which other stores have the places of those before them: their own resources, and what the stack remembers of them, so that
 * nothing is missed and nothing is exchanged. All else is as it was, secrets sealed. Done twice it is as if it was done once.
 */
export function withSwitchings(
  state: unknown,
  switchings: readonly (Switching & { readonly facts: StoreFacts })[],
): unknown {
  const read = exported.parse(state);
  const resources = read.deployment.resources.map((each) =>
    switchings.reduce((so, switched) => edited(so, switched), each),
  );
  return { ...read, deployment: { ...read.deployment, resources } };
}

/** The same state with the resources of these stores, and what the stack remembers of them, as another export of it had them. */
export function withSwitchingsBack(
  state: unknown,
  before: unknown,
  switchings: readonly Switching[],
): unknown {
  const read = exported.parse(state);
  const was = new Map(exported.parse(before).deployment.resources.map((each) => [each.urn, each]));
  const resources = read.deployment.resources.map((each) => {
    const isOf =
      each.type === stack ||
      each.type === target ||
      switchings.some((of) => isStore(each, of) || isLockReset(each, of));
    return isOf ? (was.get(each.urn) ?? each) : each;
  });
  return { ...read, deployment: { ...read.deployment, resources } };
}

const isStore = (each: Resource, { kind, resource: label }: Switching): boolean =>
  each.type === kinds[kind].type && stateResource(each.urn, {}).name === label && each.delete !== true;

/** What takes a bucket's lock off where its rules are declared no more. */
const isLockReset = (each: Resource, { kind, resource: label }: Switching): boolean =>
  kind === "r2" &&
  each.type === bucketReset &&
  stateResource(each.urn, {}).name === `${label}/lock` &&
  each.delete !== true;

function edited(each: Resource, of: Switching & { readonly facts: StoreFacts }): Resource {
  const { facts, to } = of;
  if (each.type === stack) return { ...each, outputs: withPutOut(each.outputs, of) };
  if (each.type === target)
    return { ...each, inputs: withMemory(each.inputs, of), outputs: withMemory(each.outputs, of) };
  // The bucket that is kept keeps its lock, too.
  if (isLockReset(each, of)) {
    const bucketName = to.name;
    return {
      ...each,
      id: `${bucketName}/lock`,
      inputs: { ...each.inputs, bucketName },
      outputs: { ...each.outputs, bucketName },
    };
  }
  if (!isStore(each, of)) return each;
  return {
    ...each,
    id: to.id,
    inputs: { ...each.inputs, ...facts.inputs },
    outputs: { ...each.outputs, ...facts.outputs },
  };
}

const stores = z.looseObject({ stores: z.record(z.string(), properties).optional() });

/** The stack's outputs tell which stores it has, also where a refresh has dropped their resource. */
function withPutOut(outputs: Properties | undefined, { kind, resource: label, to }: Switching): Properties {
  const { stores: known = {}, ...rest } = stores.parse(outputs ?? {});
  return known[label]?.["kind"] === kind
    ? { ...rest, stores: { ...known, [label]: { ...known[label], name: to.name, id: to.id } } }
    : (outputs ?? {});
}

const memory = z.looseObject({
  systems: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  stores: z.record(z.string(), properties).optional(),
});

/** The target refuses another identity than it remembers, and misses what it remembers and is gone. */
function withMemory(
  values: Properties | undefined,
  of: Switching & { readonly facts: StoreFacts },
): Properties | undefined {
  if (values === undefined) return undefined;
  const { systems, stores: known, ...rest } = memory.parse(values);
  const label = labelOf(of);
  const { from, to, facts } = of;
  const identity = (value: string): string =>
    value === from.name || value.startsWith(`${from.name} `)
      ? to.name + value.slice(from.name.length)
      : value;
  return {
    ...rest,
    ...(systems !== undefined && {
      systems: Object.fromEntries(
        Object.entries(systems).map(([system, identities]) => [
          system,
          Object.fromEntries(
            Object.entries(identities).map(([key, value]) => [key, key === label ? identity(value) : value]),
          ),
        ]),
      ),
    }),
    ...(known !== undefined && {
      stores:
        known[label] === undefined
          ? known
          : {
              ...known,
              [label]: {
                id: to.id,
                ...(facts.born !== undefined && { born: facts.born }),
                ...(of.jurisdiction !== undefined && { jurisdiction: of.jurisdiction }),
              },
            },
    }),
  };
}
