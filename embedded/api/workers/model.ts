import { z } from "zod";

const record = z.record(z.string(), z.unknown());

/** A binding as it was sent, without any secret; always with a name and a type. */
export const binding = z.looseObject({ name: z.string().min(1), type: z.string().min(1) });
export type Binding = z.infer<typeof binding>;

export const objectClass = z.object({
  className: z.string(),
  namespaceId: z.string(),
  storage: z.enum(["sqlite", "legacy-kv"]),
});

export const observability = record;

/** What is remembered of a Worker (a script and all that is not versioned about it). */
export const workerBody = z.object({
  createdOn: z.string(),
  updatedOn: z.string(),
  deployedOn: z.string().nullable(),
  logpush: z.boolean(),
  tags: z.array(z.string()),
  observability,
  subdomain: z.object({ enabled: z.boolean(), previews_enabled: z.boolean() }),
  tailConsumers: z.array(record),
  /** Members of the body that only the client gives a meaning to, shown again as sent. */
  more: record,
  schedules: z.array(z.object({ cron: z.string(), created_on: z.string(), modified_on: z.string() })),
  migrationTag: z.string().optional(),
  /** The Durable Object namespaces that the Worker owns. */
  classes: z.array(objectClass),
  /** Classes that wait for another Worker to hand its namespace over: class name → that Worker's name. */
  expectedTransfers: z.record(z.string(), z.string()),
  /** Namespace ids drawn for classes of versions that were uploaded but not deployed yet. */
  reserved: z.record(z.string(), z.string()),
  lastNumber: z.number(),
  /** Made by an upload that has not ended: when the process is killed now, there is no such Worker. */
  firstUpload: z.literal(true).optional(),
});
export type WorkerBody = z.infer<typeof workerBody>;

export interface Worker extends WorkerBody {
  readonly account: string;
  readonly id: string;
  readonly name: string;
}

export const versionBody = z.object({
  number: z.number(),
  createdOn: z.string(),
  source: z.string(),
  annotations: z.record(z.string(), z.string()),
  mainModule: z.string().optional(),
  modules: z.array(z.object({ name: z.string(), contentType: z.string(), digest: z.string() })),
  bindings: z.array(binding),
  /** Values of secret bindings, sealed, by name. */
  secrets: z.record(z.string(), z.string()),
  /** What bindings meant when the version was uploaded: binding name → id of the store or the namespace. */
  targets: z.record(z.string(), z.string()),
  /** compatibility_date, limits, placement, migrations …: shown again exactly as sent, absent when not sent. */
  sent: record,
  exports: z.record(z.string(), record).optional(),
  /** Imperative class migrations that came with the upload; they run when the version is first deployed. */
  migrations: record.optional(),
  reconciliation: record.optional(),
  assets: z
    .object({
      config: record,
      manifest: z.record(z.string(), z.object({ hash: z.string(), size: z.number() })),
    })
    .optional(),
  handlers: z.array(z.string()),
  namedHandlers: z.array(z.object({ name: z.string(), handlers: z.array(z.string()) })),
  startupTimeMs: z.number(),
  etag: z.string(),
});
export type VersionBody = z.infer<typeof versionBody>;

export interface Version extends VersionBody {
  readonly id: string;
}

export const deploymentBody = z.object({
  createdOn: z.string(),
  source: z.string(),
  strategy: z.literal("percentage"),
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
  annotations: z.record(z.string(), z.string()),
});
export type DeploymentBody = z.infer<typeof deploymentBody>;

export interface Deployment extends DeploymentBody {
  readonly id: string;
}

export const authorEmail = "developer@localhost";
export const authorId = "0".repeat(32);
