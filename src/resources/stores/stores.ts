import type * as pulumi from "@pulumi/pulumi";
import type { System } from "../../declare/index.ts";
import type { StoreKind, StoreOf } from "../../declare/kinds/kinds.ts";
import type { ComponentArgs } from "../component.ts";
import { type Context, logicalName } from "../context.ts";
import { kinds } from "../kinds/kinds.ts";
import { Bucket } from "./buckets/bucket.ts";
import { Database } from "./database.ts";
import { Gateway } from "./gateway.ts";
import { HyperdriveComponent } from "./hyperdrive-config.ts";
import { IndexOfVectors } from "./index-of-vectors.ts";
import { MessageQueue } from "./message-queue.ts";
import { Namespace } from "./namespace.ts";
import type { StoreComponent } from "./store.ts";

/** The component of each kind of store. */
interface Components {
  d1: Database;
  r2: Bucket;
  kv: Namespace;
  vectorize: IndexOfVectors;
  queue: MessageQueue;
  aiGateway: Gateway;
  hyperdrive: HyperdriveComponent;
}

type Make<Kind extends StoreKind> = (
  name: string,
  args: ComponentArgs<StoreOf<Kind>>,
  opts: pulumi.ComponentResourceOptions,
) => Components[Kind];

const make: { readonly [Kind in StoreKind]: Make<Kind> } = {
  d1: (name, args, opts) => new Database(name, args, opts),
  r2: (name, args, opts) => new Bucket(name, args, opts),
  kv: (name, args, opts) => new Namespace(name, args, opts),
  vectorize: (name, args, opts) => new IndexOfVectors(name, args, opts),
  queue: (name, args, opts) => new MessageQueue(name, args, opts),
  aiGateway: (name, args, opts) => new Gateway(name, args, opts),
  hyperdrive: (name, args, opts) => new HyperdriveComponent(name, args, opts),
};

/** What became of a system's stores. */
export interface Stores {
  /** The component of a declared store. */
  readonly of: <Kind extends StoreKind>(declared: StoreOf<Kind>) => Components[Kind];
  /** The resources themselves, without their components. */
  readonly all: readonly pulumi.Resource[];
}

/** Creates a system's stores, in no order: none needs another. */
export function deployStores(system: System, context: Context): Stores {
  const made: { readonly [Kind in StoreKind]: Map<StoreOf<Kind>, Components[Kind]> } = {
    d1: new Map(),
    r2: new Map(),
    kv: new Map(),
    vectorize: new Map(),
    queue: new Map(),
    aiGateway: new Map(),
    hyperdrive: new Map(),
  };
  // A dynamic resource takes no provider of ours, and the state of its component has none.
  const options = (kind: StoreKind): pulumi.ComponentResourceOptions =>
    kinds[kind].type.startsWith("pulumi-nodejs:dynamic/") ? {} : { provider: context.provider };
  const deploy = <Kind extends StoreKind>(declared: StoreOf<Kind>): void => {
    const name = logicalName(context, declared.name);
    const component = make[declared.kind](name, { declared, context }, options(declared.kind));
    made[declared.kind].set(declared, component);
  };
  for (const resource of system.resources) if (resource.kind !== "worker") deploy(resource);
  return {
    of: (declared) => made[declared.kind].get(declared) ?? notMade(declared),
    all: Object.values(made)
      .flatMap((components): readonly StoreComponent[] => [...components.values()])
      .flatMap(({ store, ready, settings = [] }) => [
        store,
        ...(store === ready ? [] : [ready]),
        ...settings,
      ]),
  };
}

function notMade({ kind, name }: { readonly kind: StoreKind; readonly name: string }): never {
  throw new Error(`${kind} ${name} is used but was not created: the check of the system let it pass`);
}
