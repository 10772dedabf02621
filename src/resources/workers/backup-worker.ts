import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../../bundle/bundle.ts";
import type { S3Credentials } from "../../cloudflare/s3/sign.ts";
import { backupSystem, backupWorker } from "../../declare/backup-worker.ts";
import type { System } from "../../declare/index.ts";
import type { StoreKind, StoreOf } from "../../declare/kinds/kinds.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { OwnKey } from "../../dynamic/own-key.ts";
import { type inputs, WorkersCronTrigger, WorkersDeployment, WorkerVersion } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import type { Stores } from "../stores/stores.ts";
import { WorkerComponent } from "./shell.ts";

/** When it looks whether a backup is under way that has to be gone on with. */
const tick = "*/15 * * * *";

export interface BackupWorkerArgs {
  readonly bundle: Bundle;
  readonly systems: readonly { readonly system: System; readonly stores: Stores }[];
  readonly bucket: { readonly bucket: string; readonly jurisdiction?: string | undefined };
  /** Of R2's S3 API, in clear, where the bucket is not of the worker's account. */
  readonly keys: S3Credentials | undefined;
  readonly schedule: readonly string[];
  /** What it is told besides: the part of its settings that is known before anything is made. */
  readonly settings: object;
}

/** Deploys the worker that writes backups: bound to every database and namespace of the stage, and to the bucket that they go to. */
export function deployBackupWorker(
  shared: Omit<Context, "system">,
  { bundle, systems, bucket, keys, schedule, settings }: BackupWorkerArgs,
): readonly pulumi.Resource[] {
  const context: Context = { ...shared, system: backupSystem };
  const { accountId, hooks, stage } = context;
  const all = <Kind extends StoreKind>(kind: Kind): readonly Found<Kind>[] =>
    systems.flatMap(({ system, stores }) =>
      system.resources.flatMap((store) => (isKind(store, kind) ? [{ system, stores, store }] : [])),
    );
  const databases = all("d1");
  const namespaces = all("kv");
  const ready = [
    ...databases.map(({ stores, store }) => stores.of(store).ready),
    ...namespaces.map(({ stores, store }) => stores.of(store).ready),
  ];
  const name = logicalName(context, backupWorker.name);
  const component = new WorkerComponent(
    name,
    { declared: backupWorker, context, after: ready, inCycle: false },
    { provider: context.provider },
  );
  const key = new OwnKey(name, { parent: component, hooks });
  const bindings: inputs.WorkerVersionBinding[] = [
    ...(keys === undefined
      ? [
          {
            ...{ name: "BACKUPS", type: "r2_bucket", bucketName: bucket.bucket },
            ...(bucket.jurisdiction !== undefined && { jurisdiction: bucket.jurisdiction }),
          },
        ]
      : [
          { name: "ACCESS_KEY_ID", type: "secret_text", text: pulumi.secret(keys.accessKeyId) },
          { name: "SECRET_ACCESS_KEY", type: "secret_text", text: pulumi.secret(keys.secret) },
        ]),
    { name: "OWN_KEY", type: "secret_text", text: key.identity },
    { name: "SETTINGS", type: "plain_text", text: JSON.stringify(settings) },
    ...databases.flatMap(({ system, stores, store }, i) => {
      const { id } = stores.of(store);
      const of = { key: `${system.name}/${store.name}`, id, physicalName: physicalName(store, stage) };
      return [
        { name: `D1_${i}`, type: "d1", databaseId: id },
        { name: `D1_${i}_OF`, type: "plain_text", text: pulumi.jsonStringify(of) },
      ];
    }),
    ...namespaces.flatMap(({ system, stores, store }, i) => {
      const { id } = stores.of(store);
      const of = { key: `${system.name}/${store.name}`, id, title: physicalName(store, stage) };
      return [
        { name: `KV_${i}`, type: "kv_namespace", namespaceId: id },
        { name: `KV_${i}_OF`, type: "plain_text", text: pulumi.jsonStringify(of) },
      ];
    }),
  ];
  const version = new WorkerVersion(
    name,
    {
      accountId,
      workerId: component.shell.id,
      compatibilityDate: backupWorker.compatibilityDate,
      compatibilityFlags: [...backupWorker.compatibilityFlags],
      mainModule: bundle.mainModule,
      modules: bundle.modules.map((module) => ({ ...module })),
      // In the order in which Cloudflare gives them back.
      bindings: bindings.toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
    },
    { parent: component, hooks, dependsOn: [...ready], replaceOnChanges: ["bindings", "modules"] },
  );
  const deployment = new WorkersDeployment(
    name,
    {
      accountId,
      scriptName: component.shell.name,
      strategy: "percentage",
      versions: [{ versionId: version.id, percentage: 100 }],
    },
    { parent: component, hooks },
  );
  const crons = new WorkersCronTrigger(
    name,
    {
      accountId,
      scriptName: component.shell.name,
      schedules: [...new Set([...schedule, tick])].map((cron) => ({ cron })),
    },
    { parent: component, hooks, dependsOn: [deployment] },
  );
  component.released(version.id);
  return [component.shell, version, deployment, crons];
}

interface Found<Kind extends StoreKind> {
  readonly system: System;
  readonly stores: Stores;
  readonly store: StoreOf<Kind>;
}

const isKind = <Kind extends StoreKind>(
  store: System["resources"][number],
  kind: Kind,
): store is StoreOf<Kind> => store.kind === kind;
