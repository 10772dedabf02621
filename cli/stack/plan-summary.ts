import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { unknownValues } from "../../src/engine/property-values.ts";
import type { RegisteredType } from "../../src/resources/kinds/registered.ts";
import { changesOf, type PlanDigest, type PlannedChange } from "./plan-digest.ts";

const version: RegisteredType = "cloudflare:index/workerVersion:WorkerVersion";
const deployment: RegisteredType = "cloudflare:index/workersDeployment:WorkersDeployment";
const migrations: RegisteredType = "pulumi-nodejs:dynamic/lockstep:Migrations";

/** Lines of a section before the rest of them is counted: four sections, their titles and the question fit on a screen of 24. */
const most = 4;

/**
 * What a plan does, on one screen: what is migrated, deleted and replaced, which variables change, and who answers how many requests
 * afterwards. What a section has no room for is counted, and stands in the full diff.
 */
export function planSummary(stage: string, digest: PlanDigest): string {
  const changes = changesOf(digest);
  if (changes.length === 0) return `Plan for ${stage}: nothing changes\n`;
  return [
    `Plan for ${stage}: ${counts(digest.changeSummary ?? {})}`,
    ...section("Migrations", changes.flatMap(migrated)),
    ...section("Deleted and replaced", gone(changes)),
    ...section("Variables", changes.flatMap(variables)),
    ...section("Traffic", changes.flatMap(traffic)),
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

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
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
  const fresh = Object.keys(wanted.files).filter((file) => !(file in known.files));
  return fresh.length === 0
    ? []
    : [
        `${name.replace(/\/(?:expand|contract)$/, "")}: ${fresh.join(", ")}${wanted.phase === "contract" ? " (contract)" : ""}`,
      ];
}

/** Messages as they may be shown: without the secrets that the plan was asked for with. */
export function messagesOf(digest: PlanDigest): readonly string[] {
  const hidden = changesOf(digest).flatMap(({ type, before, after }) =>
    type === version
      ? [...variablesIn(before), ...variablesIn(after)]
          .filter(isSecret)
          .flatMap(({ text, keyBase64, keyJwk }) => [text, keyBase64, keyJwk])
      : [],
  );
  const secrets = hidden.filter((text): text is string => typeof text === "string" && text.length >= 4);
  return (digest.diagnostics ?? []).map(({ message }) =>
    secrets.reduce((said, secret) => said.replaceAll(secret, "[secret]"), (message ?? "").trimEnd()),
  );
}

/** By name what is deleted; what is replaced only counted for each type, except where deleting the old one could lose something. */
function gone(changes: readonly PlannedChange[]): readonly string[] {
  const label = (type: string): string => type.split(":").at(-1) ?? type;
  const deleted = changes.filter(({ ops }) => ops.includes("delete"));
  const replaced = changes.filter(({ ops }) => ops.some((op) => op.includes("replace")));
  const versions = replaced.filter(({ type }) => type === version);
  return [
    ...deleted.map(({ type, name }) => `delete ${name} (${label(type)})`),
    ...replaced
      .filter(({ type }) => type !== version)
      .map(({ type, name }) => `replace ${name} (${label(type)})`),
    ...(versions.length === 0 ? [] : [`replace ${versions.length} WorkerVersion: new code or settings`]),
  ];
}

const binding = z.looseObject({
  name: z.string(),
  type: z.string(),
  text: z.unknown().optional(),
  json: z.unknown().optional(),
  keyBase64: z.unknown().optional(),
  keyJwk: z.unknown().optional(),
});
const bindings = z.array(binding).catch([]);
type Variable = z.infer<typeof binding> & { readonly at: number };

const isVariable = ({ type }: Variable): boolean =>
  ["plain_text", "json", "secret_text", "secret_key"].includes(type);
const isSecret = ({ type }: Variable): boolean => type.startsWith("secret_");

const variablesIn = (inputs: Readonly<Record<string, unknown>>): readonly Variable[] =>
  bindings
    .parse(inputs["bindings"])
    .map((each, at) => ({ ...each, at }))
    .filter(isVariable);

function variables({ type, name, before, after }: PlannedChange): readonly string[] {
  if (type !== version) return [];
  const [old, wanted] = [variablesIn(before), variablesIn(after)];
  const names = [...new Set([...old, ...wanted].map((each) => each.name))].sort();
  return names.flatMap((variable) => {
    const [was, is] = [old, wanted].map((all) => all.find((each) => each.name === variable));
    const change = changeOf(was, is);
    return change === undefined ? [] : [`${name} ${variable}: ${change}`];
  });
}

function changeOf(was: Variable | undefined, is: Variable | undefined): string | undefined {
  if (is === undefined) return was === undefined ? undefined : "taken away";
  if (isSecret(is)) {
    if (was === undefined) return "new secret";
    if (!isSecret(was)) return "secret, in plain text until now";
    return isDeepStrictEqual({ ...was, at: 0 }, { ...is, at: 0 }) ? undefined : "secret, changed";
  }
  const value = shown(is);
  if (was === undefined) return `${value}, new`;
  if (isSecret(was)) return `${value}, a secret until now`;
  return isDeepStrictEqual(was.text ?? was.json, is.text ?? is.json) ? undefined : `${shown(was)} → ${value}`;
}

/** A value on a line of its own: a long one is cut, and says so. */
function shown({ text, json }: Variable): string {
  const value = text ?? json;
  if (typeof value !== "string" || unknownValues.has(value)) return "known after the up";
  const quoted = JSON.stringify(value);
  return quoted.length <= 48 ? quoted : `${quoted.slice(0, 40)}…" (${value.length} characters)`;
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
