import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../../bundle/bundle.ts";
import { type System, worker } from "../../declare/index.ts";
import type { StoreKind, StoreOf } from "../../declare/kinds/kinds.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { type inputs, WorkersCronTrigger, WorkersDeployment, WorkerVersion } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import type { Stores } from "../stores/stores.ts";
import { WorkerComponent } from "./shell.ts";

/** What the worker is called by in the state: a system that nobody declares. */
export const backupSystem = "lockstep";
/** When it looks whether a backup is under way that has to be gone on with. */
const tick = "*/15 * * * *";

/** The worker as it would be declared. Its bindings are of several systems, which no declaration can have. */
const declared = worker("backup", {
  main: "src/backup/worker/main.ts",
  compatibilityDate: "2026-06-01",
  compatibilityFlags: ["nodejs_compat"],
  physicalName: "lockstep-backup{-stage}",
  workersDev: false,
});

export interface BackupWorkerArgs {
  readonly bundle: Bundle;
  readonly systems: readonly { readonly system: System; readonly stores: Stores }[];
  readonly bucket: { readonly bucket: string; readonly jurisdiction?: string | undefined };
  readonly schedule: readonly string[];
  /** What it is told besides: the part of its settings that is known before anything is made. */
  readonly settings: object;
}

/** Deploys the worker that writes backups: bound to every database and namespace of the stage, and to the bucket that they go to. */
export function deployBackupWorker(
  shared: Omit<Context, "system">,
  { bundle, systems, bucket, schedule, settings }: BackupWorkerArgs,
): readonly pulumi.Resource[] {
  const context: Context = { ...shared, system: { name: backupSystem, resources: [] } };
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
  const name = logicalName(context, declared.name);
  const component = new WorkerComponent(
    name,
    { declared, context, after: ready, inCycle: false },
    { provider: context.provider },
  );
  const told = pulumi.jsonStringify({
    ...settings,
    databases: databases.map(({ system, stores, store }) => ({
      key: `${system.name}/${store.name}`,
      id: stores.of(store).id,
      physicalName: physicalName(store, stage),
    })),
    namespaces: namespaces.map(({ system, stores, store }) => ({
      key: `${system.name}/${store.name}`,
      id: stores.of(store).id,
      title: physicalName(store, stage),
    })),
  });
  const bindings: inputs.WorkerVersionBinding[] = [
    {
      ...{ name: "BACKUPS", type: "r2_bucket", bucketName: bucket.bucket },
      ...(bucket.jurisdiction !== undefined && { jurisdiction: bucket.jurisdiction }),
    },
    { name: "SETTINGS", type: "plain_text", text: told },
    ...databases.map(({ stores, store }, i) => ({
      ...{ name: `D1_${i}`, type: "d1", databaseId: stores.of(store).id },
    })),
    ...namespaces.map(({ stores, store }, i) => ({
      ...{ name: `KV_${i}`, type: "kv_namespace", namespaceId: stores.of(store).id },
    })),
  ];
  const version = new WorkerVersion(
    name,
    {
      accountId,
      workerId: component.shell.id,
      compatibilityDate: declared.compatibilityDate,
      compatibilityFlags: [...declared.compatibilityFlags],
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
