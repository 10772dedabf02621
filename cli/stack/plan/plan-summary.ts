import { z } from "zod";
import { unknownValues } from "../../../src/engine/property-values.ts";
import { variableLines } from "../../../src/reality/variable-text.ts";
import type { RegisteredType } from "../../../src/resources/kinds/registered.ts";
import { changesOf, type PlanDigest, type PlannedChange } from "./plan-digest.ts";

const version: RegisteredType = "cloudflare:index/workerVersion:WorkerVersion";
const deployment: RegisteredType = "cloudflare:index/workersDeployment:WorkersDeployment";
const migrations: RegisteredType = "pulumi-nodejs:dynamic/lockstep:Migrations";

/** Lines of the summary: with an empty line and the question it fits on a screen of 24. */
const screen = 22;

/**
 * What a plan does, on one screen: what is migrated, deleted and replaced, what differs of new versions, and who answers how many requests
 * afterwards. What a section has no room for is counted, and stands in the full diff.
 */
export function planSummary(stage: string, digest: PlanDigest): string {
  const changes = changesOf(digest);
  if (changes.length === 0) return `Plan for ${stage}: nothing changes\n`;
  const variables = (digest.diagnostics ?? []).flatMap(({ message }) => variableLines(message ?? "") ?? []);
  const sections = (
    [
      ["Migrations", changes.flatMap(migrated)],
      ["Deleted and replaced", gone(changes)],
      ["What differs of new versions", changes.flatMap(settings)],
      ["Variables", variables],
      ["Traffic", changes.flatMap(traffic)],
    ] as const
  ).filter(([, lines]) => lines.length > 0);
  const rooms = roomsOf(sections.map(([, lines]) => lines.length));
  return [
    `Plan for ${stage}: ${counts(digest.changeSummary ?? {})}`,
    ...sections.flatMap(([title, lines], at) => section(title, lines, rooms[at] ?? 0)),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

const words: readonly (readonly [op: string, word: string])[] = [
  ["create", "to create"],
  ["import", "to import"],
  ["update", "to change"],
  ["replace", "to replace"],
  ["delete", "to delete"],
  ["same", "unchanged"],
];
const counts = (summary: Readonly<Record<string, number>>): string =>
  words.flatMap(([op, word]) => (summary[op] ? [`${summary[op]} ${word}`] : [])).join(", ");

/** Lines that each section gets of the screen: one after the other, as long as there are any and it has need of them. */
function roomsOf(sizes: readonly number[]): readonly number[] {
  const given = sizes.map(() => 0);
  let left = screen - 1 - sizes.length;
  while (left > 0 && given.some((lines, at) => lines < (sizes[at] ?? 0)))
    for (const [at, size] of sizes.entries()) {
      const lines = given[at] ?? 0;
      if (left === 0 || lines >= size) continue;
      given[at] = lines + 1;
      left--;
    }
  return given;
}

function section(title: string, lines: readonly string[], most: number): readonly string[] {
  const shown = lines.length > most ? lines.slice(0, most - 1) : lines;
  const more = lines.length - shown.length;
  return [
    `${title}:`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more, in the full diff`] : []),
  ];
}

const fileNames = z.looseObject({
  files: z.record(z.string(), z.unknown()).catch({}),
  phase: z.string().catch(""),
});

function migrated({ type, name, before, after }: PlannedChange): readonly string[] {
  if (type !== migrations) return [];
  const [known, wanted] = [
    fileNames.parse({ files: {}, phase: "", ...before }),
    fileNames.parse({ files: {}, phase: "", ...after }),
  ];
  const fresh = Object.entries(wanted.files).flatMap(([file, line]) =>
    file in known.files ? [] : [`${file}${asSquashed(line)}`],
  );
  return fresh.length === 0
    ? []
    : [
        `${name.replace(/\/(?:expand|contract)$/, "")}: ${fresh.join(", ")}${wanted.phase === "contract" ? " (contract)" : ""}`,
      ];
}

/** A squashed file runs on a new database alone. */
const asSquashed = (line: unknown): string => {
  const said = typeof line === "string" ? / (in the place of \d+ files), /.exec(line)?.[1] : undefined;
  return said === undefined ? "" : ` (${said})`;
};

/** By name what is deleted; what is replaced only counted for each type, except where deleting the old one could lose something. */
function gone(changes: readonly PlannedChange[]): readonly string[] {
  const label = (type: string): string => type.split(":").at(-1) ?? type;
  const deleted = changes.filter(({ ops }) => ops.includes("delete"));
  const replaced = changes.filter(({ ops }) => ops.some((op) => op.includes("replace")));
  const versions = replaced.filter(({ type }) => type === version);
  return [
    ...deleted.map(({ type, name }) => `delete ${name} (${label(type)})`),
    ...replaced
      .filter(({ type }) => type !== version && type !== deployment)
      .map(({ type, name }) => `replace ${name} (${label(type)})`),
    ...(versions.length === 0 ? [] : [`replace ${versions.length} WorkerVersion: new code or settings`]),
  ];
}

/** What differs of a version, by the names of its settings. */
function settings({ type, name, ops, paths }: PlannedChange): readonly string[] {
  if (type !== version || !ops.some((op) => op.includes("replace"))) return [];
  const names = [...new Set(paths.map((path) => /^\w+/.exec(path)?.[0] ?? path))].toSorted();
  return names.length === 0 ? [] : [`${name}: ${names.join(", ")}`];
}

const shares = z.array(z.looseObject({ versionId: z.string().optional(), percentage: z.number() })).catch([]);

function traffic({ type, name, ops, after }: PlannedChange): readonly string[] {
  if (type !== deployment || ops.includes("delete")) return [];
  const parts = shares
    .parse(after["versions"])
    .map(({ versionId, percentage }) =>
      versionId === undefined || unknownValues.has(versionId)
        ? `new version ${percentage} %`
        : `${versionId.slice(0, 8)} ${percentage} %`,
    );
  return parts.length === 0 ? [] : [`${name}: ${parts.join(", ")}`];
}
