import type { StoreKind } from "../../src/declare/kinds/kinds.ts";
import { table } from "../../toolchain/table.ts";
import type { Facts } from "./asking.ts";
import { type BackupWorkerStatus, backupWorkerText } from "./backup-worker.ts";
import type { MigrationsStatus } from "./migrations.ts";
import type { ServedStatus } from "./served.ts";
import type { StoreStatus } from "./stores.ts";
import type { WorkerStatus } from "./workers.ts";

/** A stage on one screen of 80 columns. */
export interface Status {
  readonly stage: string;
  /** What its last `up` says that it serves. */
  readonly systems: readonly ServedStatus[];
  readonly workers: readonly WorkerStatus[];
  readonly stores: readonly StoreStatus[];
  readonly migrations: readonly MigrationsStatus[];
  /** How old the last backup is that was proven, in words. */
  readonly backup: string;
  /** The worker that writes them. @default - none does */
  readonly backupWorker?: BackupWorkerStatus;
  /** What somebody should look at. */
  readonly notable: readonly string[];
}

export function statusTable({
  stage,
  systems,
  workers,
  stores,
  backup,
  backupWorker,
  notable,
}: Status): string {
  const built = table(
    ["system", "digest", "since (UTC)", "by"],
    systems.map(({ system, digest, since, by }) =>
      digest === null
        ? [system, "none alone", "-", "-"]
        : [system, digest.replace(/^sha256:/, "").slice(0, 12), shortTime(since ?? "-"), by ?? "-"],
    ),
  );
  const serving = table(
    ["worker", "serves", "requests/h", "errors", "p95"],
    workers.map(({ name, serves, facts }) => [
      name,
      serves.length === 0
        ? "nothing"
        : serves.map(({ version, percent }) => served(version, percent)).join(", "),
      shown(facts["requests"]),
      shown(facts["errors"]),
      facts["p95Ms"] == null ? "-" : `${facts["p95Ms"]} ms`,
    ]),
  );
  const holding = table(
    ["store", "kind", "holds"],
    stores.map(({ name, kind, facts, unknown }) => [
      name,
      kind,
      unknown === undefined ? holds[kind](facts) : "not told",
    ]),
  );
  const looked =
    notable.length === 0 ? ["Nothing stands out."] : ["Look at:", ...notable.map((line) => `  ${line}`)];
  return `${[stage, "", ...(systems.length === 0 ? [] : [built, ""]), serving, "", holding, "", `Backups: ${backup}`, ...(backupWorker === undefined ? [] : [`  ${backupWorkerText(backupWorker)}`]), "", ...looked].join("\n")}\n`;
}

const served = (version: string, percent: number): string =>
  percent === 100 ? version.slice(0, 8) : `${version.slice(0, 8)} ${percent} %`;

/** What a store of each kind holds, in a few words. */
const holds: Readonly<Record<StoreKind, (facts: Facts) => string>> = {
  d1: (facts) =>
    joined(
      counted(facts, "rows"),
      size(facts["bytes"]),
      facts["migration"] == null ? undefined : String(facts["migration"]),
    ),
  r2: (facts) => joined(counted(facts, "objects"), size(facts["bytes"])),
  kv: (facts) => joined(counted(facts, "keys")),
  vectorize: (facts) =>
    joined(
      counted(facts, "vectors"),
      `${shown(facts["dimensions"])} dimensions`,
      facts["processedUpTo"] == null ? undefined : `up to ${shortTime(String(facts["processedUpTo"]))}`,
    ),
  queue: (facts) =>
    joined(
      counted(facts, "messages"),
      facts["consumers"] === 0 ? "no consumer" : undefined,
      age(facts["oldestAgeSeconds"]),
    ),
  aiGateway: (facts) =>
    `${shown(facts["hits"])} of its last ${shown(facts["lastRequests"])} requests were hits`,
  hyperdrive: (facts) => joined(String(facts["host"] ?? "-"), String(facts["database"] ?? "-")),
};

/** `2026-11-30 09:12`: what was put later is not found yet. */
const shortTime = (iso: string): string => iso.slice(0, 16).replace("T", " ");

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(", ");

function counted({ count, orMore }: Facts, unit: string): string {
  const number = shown(count);
  return `${number} ${count === 1 ? unit.replace(/s$/, "") : unit}${orMore === true ? " or more" : ""}`;
}

const shown = (value: Facts[string] | undefined): string =>
  typeof value === "number" ? value.toLocaleString("en-US") : "-";

function size(bytes: Facts[string] | undefined): string | undefined {
  if (typeof bytes !== "number") return undefined;
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 4);
  return `${(bytes / 1024 ** power).toFixed(bytes < 10 * 1024 ** power ? 1 : 0)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

function age(seconds: Facts[string] | undefined): string | undefined {
  if (typeof seconds !== "number") return undefined;
  if (seconds < 60) return `the oldest ${seconds} s`;
  return seconds < 3600
    ? `the oldest ${Math.floor(seconds / 60)} min`
    : `the oldest ${Math.floor(seconds / 3600)} h`;
}
