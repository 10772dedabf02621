import type * as pulumi from "@pulumi/pulumi";
import type { D1, Kv, Queue, R2, Store, System, Vectorize } from "../../declare/index.ts";
import type { Context } from "../context.ts";
import { Bucket } from "./bucket.ts";
import { Database } from "./database.ts";
import { IndexOfVectors } from "./index-of-vectors.ts";
import { MessageQueue } from "./message-queue.ts";
import { Namespace } from "./namespace.ts";

/** What became of a system's stores. */
export interface Stores {
  readonly database: (declared: D1) => Database;
  readonly bucket: (declared: R2) => Bucket;
  readonly namespace: (declared: Kv) => Namespace;
  readonly index: (declared: Vectorize) => IndexOfVectors;
  readonly queue: (declared: Queue) => MessageQueue;
  readonly store: (declared: Store) => pulumi.Resource;
  /** The resources themselves, without their components. */
  readonly all: readonly pulumi.Resource[];
}

/** Creates a system's stores, in no order: none needs another. */
export function deployStores(system: System, context: Context): Stores {
  const databases = new Map<Store, Database>();
  const buckets = new Map<Store, Bucket>();
  const namespaces = new Map<Store, Namespace>();
  const indexes = new Map<Store, IndexOfVectors>();
  const queues = new Map<Store, MessageQueue>();
  for (const resource of system.resources) {
    switch (resource.kind) {
      case "d1":
        databases.set(resource, new Database(resource, context));
        break;
      case "r2":
        buckets.set(resource, new Bucket(resource, context));
        break;
      case "kv":
        namespaces.set(resource, new Namespace(resource, context));
        break;
      case "vectorize":
        indexes.set(resource, new IndexOfVectors(resource, context));
        break;
      case "queue":
        queues.set(resource, new MessageQueue(resource, context));
        break;
      case "worker":
        break;
      default:
        resource satisfies never;
    }
  }
  const every = new Map<Store, { readonly store: pulumi.Resource }>([
    ...databases,
    ...buckets,
    ...namespaces,
    ...indexes,
    ...queues,
  ]);
  return {
    database: (declared) => known(databases, declared),
    bucket: (declared) => known(buckets, declared),
    namespace: (declared) => known(namespaces, declared),
    index: (declared) => known(indexes, declared),
    queue: (declared) => known(queues, declared),
    store: (declared) => known(every, declared).store,
    all: [...every.values()].flatMap((each) =>
      each instanceof Database ? [each.store, each.ready] : [each.store],
    ),
  };
}

function known<Kind>(map: ReadonlyMap<Store, Kind>, declared: Store): Kind {
  const found = map.get(declared);
  if (found === undefined)
    throw new Error(
      `${declared.kind} ${declared.name} is used but was not created: the check of the system let it pass`,
    );
  return found;
}
