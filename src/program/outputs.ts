import * as pulumi from "@pulumi/pulumi";
import type { Approval } from "../approvals/approval.ts";
import type { ArtefactOutput } from "../artefact/record.ts";
import type { D1, System, Worker } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import type { Migrations } from "../dynamic/migrations/migrations.ts";
import type { Stores } from "../resources/stores/stores.ts";
import type { DeployedWorker } from "../resources/workers/workers.ts";
import type { Settings } from "../settings/settings.ts";
import { routesOf, urlsOf } from "./addresses.ts";

/** What a stack tells about itself when it is up, by `<system>/<name>`. Nothing of it is secret. */
export interface Outputs {
  /** The one address to open of each worker that has any. */
  readonly urls: Readonly<Record<string, string>>;
  /** Custom domains of workers, and patterns of zones that they answer. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** The version that was uploaded last: what a rollout or a rollback names. */
  readonly versions: Readonly<Record<string, pulumi.Output<string>>>;
  readonly stores: Readonly<Record<string, StoreOutput>>;
  /** Databases with migrations. */
  readonly databases: Readonly<Record<string, pulumi.Output<DatabaseOutput>>>;
  /** What changes of the stack were approved by, and what is excepted from policies. @default - nothing ever was */
  readonly approvals?: readonly Approval[];
  /** What the stack serves since when, and what that is built from. @default - nothing was built */
  readonly artefact?: pulumi.Output<ArtefactOutput>;
  /** The worker that writes the stage's backups. @default - none does */
  readonly backups?: BackupsOutput;
  /** Until when a pull request's stage is somebody's, ISO 8601. @default - it has no end */
  readonly lease?: string;
}

/** What other tools know a store by. */
export interface StoreOutput {
  /** As in the declaration: `d1`, `r2` … */
  readonly kind: string;
  /** Its name at Cloudflare. */
  readonly name: string;
  /** What the API asks for: the name again, where a kind has no other id. */
  readonly id: pulumi.Output<string>;
}

/** Who writes backups, when and where to. */
export interface BackupsOutput {
  /** The worker's name at Cloudflare. */
  readonly worker: string;
  /** Crons in UTC at which one is begun. */
  readonly schedule: readonly string[];
  readonly bucket: string;
  readonly accountId: string;
}

/** How far a database is. */
export interface DatabaseOutput {
  /** Files in the ledger. */
  readonly applied: number;
  /** The last of them; empty before the first. */
  readonly lastMigration: string;
  /** Fingerprint of the live schema. */
  readonly schema: string;
  /** Time Travel bookmark of the moment before the last file ran; empty where another tool ran it. */
  readonly bookmarkBefore: string;
}

/** What of a system has been registered. */
export interface Registered {
  readonly stores: Stores;
  readonly workers: ReadonlyMap<Worker, DeployedWorker>;
  /** The contract step of each database that has one. */
  readonly contracts: ReadonlyMap<D1, Migrations>;
}

/** @param subdomain of the account's workers.dev addresses @default - it has none, or the target is embedded */
export function outputsOf(
  system: System,
  settings: Settings,
  { stores, workers, contracts }: Registered,
  subdomain: string | undefined,
): Outputs {
  const label = ({ name }: { readonly name: string }): string => `${system.name}/${name}`;
  const declared = system.resources.flatMap((each) => (each.kind === "worker" ? [] : [each]));
  return {
    urls: urlsOf(system, settings, subdomain),
    routes: routesOf(system, settings.stage),
    versions: Object.fromEntries([...workers].map(([worker, { version }]) => [label(worker), version.id])),
    stores: Object.fromEntries(
      declared.map((store) => [
        label(store),
        { kind: store.kind, name: physicalName(store, settings.stage), id: stores.of(store).id },
      ]),
    ),
    databases: Object.fromEntries(
      declared.flatMap((store) => {
        if (store.kind !== "d1") return [];
        const { expand } = stores.of(store);
        return expand === undefined ? [] : [[label(store), databaseOf(expand, contracts.get(store))]];
      }),
    ),
  };
}

interface Seen {
  readonly applied: number;
  readonly lastFile: string;
  readonly schema: string;
  readonly bookmarks: Readonly<Record<string, string>>;
}

/** Of the two steps the one that saw more files knows the present schema: it ran later. */
const databaseOf = (expand: Migrations, contract: Migrations | undefined): pulumi.Output<DatabaseOutput> =>
  pulumi
    .all([seenBy(expand), contract === undefined ? undefined : seenBy(contract)])
    .apply(([first, second]) => {
      const last = second !== undefined && second.applied >= first.applied ? second : first;
      return {
        applied: last.applied,
        lastMigration: last.lastFile,
        schema: last.schema,
        bookmarkBefore: { ...first.bookmarks, ...second?.bookmarks }[last.lastFile] ?? "",
      };
    });

const seenBy = ({ applied, lastFile, schema, bookmarks }: Migrations): pulumi.Output<Seen> =>
  pulumi.all([applied, lastFile, schema, bookmarks]).apply(([files, name, print, moments]) => ({
    applied: files,
    lastFile: name,
    schema: print,
    bookmarks: moments,
  }));
