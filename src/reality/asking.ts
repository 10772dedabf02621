import { z } from "zod";

/** How the API is asked for a thing that holds data, and what it says of it. */
interface Asking {
  /** Below the account; its id follows. */
  readonly path: string;
  readonly permission: string;
  /** What people call one. */
  readonly noun: string;
  /** Its name, where it has another one than its id. */
  readonly name: z.ZodType<string>;
  /**
   * When it was made, where its id is a name that may be given again: another time is another, empty one. Undefined where the API gives an
   * id only once.
   */
  readonly born: z.ZodType<string | undefined>;
}

const itself = z.unknown().transform(() => "");
const once = z.unknown().transform(() => undefined);

/** Every kind that holds data which is lost with it. A Hyperdrive configuration holds none: its database is elsewhere. */
export const asking = {
  d1: {
    path: "d1/database",
    permission: "D1 Read",
    noun: "database",
    name: z.object({ name: z.string() }).transform(({ name }) => name),
    born: once,
  },
  kv: {
    path: "storage/kv/namespaces",
    permission: "Workers KV Storage Read",
    noun: "KV namespace",
    name: z.object({ title: z.string() }).transform(({ title }) => title),
    born: once,
  },
  queue: {
    path: "queues",
    permission: "Queues Read",
    noun: "queue",
    name: z.object({ queue_name: z.string() }).transform(({ queue_name }) => queue_name),
    born: once,
  },
  r2: {
    path: "r2/buckets",
    permission: "Workers R2 Storage Read",
    noun: "bucket",
    name: z.object({ name: z.string() }).transform(({ name }) => name),
    born: z.object({ creation_date: z.string().optional() }).transform((of) => of.creation_date),
  },
  aiGateway: {
    path: "ai-gateway/gateways",
    permission: "AI Gateway Read",
    noun: "gateway",
    name: z.object({ id: z.string() }).transform(({ id }) => id),
    born: z.object({ created_at: z.string().optional() }).transform((of) => of.created_at),
  },
  vectorize: {
    path: "vectorize/v2/indexes",
    permission: "Vectorize Read",
    noun: "Vectorize index",
    name: itself,
    born: z.object({ created_on: z.string().optional() }).transform((of) => of.created_on),
  },
  worker: {
    path: "workers/workers",
    permission: "Workers Metadata Read-Only",
    noun: "worker with Durable Objects",
    name: z.object({ name: z.string() }).transform(({ name }) => name),
    born: once,
  },
} as const satisfies Readonly<Record<string, Asking>>;

/** A kind whose loss is a loss of data. */
export type HeldKind = keyof typeof asking;
