import type { ServedStatus } from "../../status/served.ts";
import type { StackOutputs } from "./read-outputs.ts";
import { servedSystems } from "./served.ts";

/** `<system>/<worker>` → the version that answers in place of the one that was uploaded last, and what part of the requests that one gets. */
export type Rollouts = Readonly<Record<string, { readonly stable: string; readonly percent: number }>>;

/** A property, and what it is. */
type Row = readonly [property: string, value: string];

/**
 * Each system, worker and store with its properties below it: the longest of them, a bookmark and a fingerprint, still fit into
 * 80 columns there, and nothing has to be cut that somebody wants to copy.
 */
export function outputsTable(outputs: StackOutputs, rollouts: Rollouts = {}): string {
  const workers = names(outputs.versions, outputs.urls, outputs.routes).map((name) => ({
    name,
    kind: "worker",
    rows: workerRows(outputs, name, rollouts[name]),
  }));
  const stores = Object.entries(outputs.stores).map(([name, { kind }]) => ({
    name,
    kind,
    rows: storeRows(outputs, name),
  }));
  const systems = servedSystems(outputs).map((served) => ({
    name: served.system,
    kind: "system",
    rows: systemRows(served, outputs.artefact?.signature !== undefined),
  }));
  const backups = outputs.backups === undefined ? [] : [backupsOf(outputs.backups)];
  return [...systems, ...workers, ...stores, ...backups]
    .map(({ name, kind, rows }) => `${name}  ${kind}\n${rows.map(line).join("")}`)
    .join("");
}

const line = ([property, value]: Row): string => `  ${property.padEnd(9)} ${value}\n`;

const backupsOf = ({ worker, schedule, bucket, accountId }: NonNullable<StackOutputs["backups"]>) => ({
  ...{ name: "backups", kind: "by a worker" },
  rows: [
    ...row("worker", worker),
    ...schedule.flatMap((cron) => row("begins", `${cron} (UTC)`)),
    ...row("bucket", bucket),
    ...row("account", accountId),
  ],
});

function systemRows({ digest, since, by, commit }: ServedStatus, isSigned: boolean): readonly Row[] {
  if (digest === null) return row("digest", "none: two versions share its requests, or an older one answers");
  return [
    ...row("digest", digest.replace(/^sha256:/, "")),
    ...row("since", since ?? undefined),
    ...row("by", by ?? undefined),
    ...row("commit", commit ?? "not known: something was changed beside git"),
    ...row("signature", isSigned ? "there, for just promote to verify" : "none"),
  ];
}

function workerRows(
  { urls, routes, versions }: StackOutputs,
  name: string,
  rollout: Rollouts[string] | undefined,
): readonly Row[] {
  return [
    ...row("url", urls[name]),
    ...(routes[name] ?? []).flatMap((pattern) => row("route", pattern)),
    ...row("version", versions[name]),
    ...(rollout === undefined || rollout.percent === 100
      ? []
      : [
          ...row("stable", rollout.stable),
          ...row(
            "answers",
            `stable: ${100 - rollout.percent} % of the requests, version: ${rollout.percent} %`,
          ),
        ]),
  ];
}

function storeRows({ stores, databases }: StackOutputs, label: string): readonly Row[] {
  const { name, id } = stores[label] ?? {};
  const database = databases[label];
  return [
    ...row("name", name),
    ...(id === name ? [] : row("id", id)),
    ...(database === undefined
      ? []
      : [
          ...row("migration", database.lastMigration === "" ? "none yet" : database.lastMigration),
          ...row("applied", String(database.applied)),
          ...row("bookmark", database.bookmarkBefore),
          ...row("schema", database.schema.replace(/^sha256:/, "")),
        ]),
  ];
}

const row = (property: string, value: string | undefined): readonly Row[] =>
  value === undefined || value === "" ? [] : [[property, value]];

const names = (...records: readonly Readonly<Record<string, unknown>>[]): readonly string[] => [
  ...new Set(records.flatMap(Object.keys)),
];
