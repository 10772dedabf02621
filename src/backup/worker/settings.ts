import { z } from "zod";

/** What the worker that writes backups is told when it is deployed: plain data, with no key that opens a backup. */
export const workerSettings = z.object({
  stage: z.string(),
  target: z.enum(["embedded", "cloudflare"]),
  accountId: z.string(),
  tool: z.string(),
  /** Where it writes. One that is `keyed` is reached by R2's S3 API; the other is bound as `BACKUPS`. */
  to: z.object({ bucket: z.string(), keyed: z.object({ endpoint: z.url() }).optional() }),
  /** What the names of its objects begin with: `cloudflare/prod/`. */
  prefix: z.string(),
  /** Public keys of age. */
  recipients: z.array(z.string()).min(1),
  /** When a backup is begun: crons in UTC. At other times the worker goes on with one that is under way. */
  schedule: z.array(z.string()).min(1),
  rowsPerSecond: z.number().optional(),
  /** Requests to databases, namespaces and the bucket in one invocation; Cloudflare allows a thousand on a paid plan, and 30 s of processor time. */
  requests: z.int().min(1).default(400),
  /** Bound as `D1_0`, `D1_1` … */
  databases: z.array(z.object({ key: z.string(), id: z.string(), physicalName: z.string() })),
  /** Bound as `KV_0`, `KV_1` … */
  namespaces: z.array(z.object({ key: z.string(), id: z.string(), title: z.string() })),
  /** What the stage has besides, and what becomes of it. */
  notInBackup: z.array(z.string()),
});

export type WorkerSettings = Readonly<z.infer<typeof workerSettings>>;
export type DatabaseSettings = WorkerSettings["databases"][number];
export type NamespaceSettings = WorkerSettings["namespaces"][number];
