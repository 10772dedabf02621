import type { ArtefactOutput } from "../../../src/artefact/record.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { Resource, System } from "../../../src/declare/index.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { StackOutputs } from "../../stack/outputs/read-outputs.ts";

/** What is held against each other: a stage as it is, and a folder. */
export interface Held {
  readonly systems: readonly System[];
  /** Undefined where nothing of the stage is up. */
  readonly outputs: StackOutputs | undefined;
  /** `<system>/<database>` → files that the next `up` runs, in order. */
  readonly pending: Readonly<Record<string, readonly string[]>>;
  /** System → part → digest of what the folder builds to. */
  readonly parts: ArtefactOutput["parts"];
}

/** What a release's first `up` brings beside new versions, a line each: migrations, stores, and workers that nobody has to compare with. */
export function broughtLines({ systems, outputs, pending, parts }: Held): readonly string[] {
  if (outputs === undefined) return systems.map((system) => `${system.name}: ${countsOf(system, pending)}`);
  return systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const label = `${system.name}/${resource.name}`;
      const shown = `${label} (${resource.kind})`;
      const files = pending[label] ?? [];
      if (resource.kind === "worker")
        return label in outputs.versions
          ? []
          : [`${shown}: new; no version of it is there, so it answers everything at once`];
      if (!(label in outputs.stores))
        return [`${shown}: new${files.length === 0 ? "" : `, with ${listed(files)}`}`];
      const part = `${resource.kind} ${resource.name}, settings`;
      const [was, is] = [outputs.artefact?.parts[system.name]?.[part], parts[system.name]?.[part]];
      return [
        ...(files.length === 0 ? [] : [`${shown}: ${listed(files)}`]),
        ...(was === undefined || was === is ? [] : [`${shown}: its settings change`]),
      ];
    }),
  );
}

/** Names of files that a line has room for: who brings more knows the folder. */
const most = 6;

const listed = (files: readonly string[]): string =>
  files.length <= most ? files.join(", ") : `${files.length} migrations, ${files[0]} to ${files.at(-1)}`;

/** `2 workers, 1 d1 with 3 migrations, 1 r2`. */
function countsOf(system: System, pending: Held["pending"]): string {
  const workers = workersOf(system).length;
  const stores = Map.groupBy(
    system.resources.filter(({ kind }) => kind !== "worker"),
    ({ kind }) => kind,
  );
  const ofKind = (kind: Resource["kind"], all: readonly Resource[]): string => {
    const files = all.flatMap(({ name }) => pending[`${system.name}/${name}`] ?? []).length;
    return `${all.length} ${kind}${files === 0 ? "" : ` with ${counted(files, "migration")}`}`;
  };
  return [
    ...(workers === 0 ? [] : [counted(workers, "worker")]),
    ...[...stores].map(([kind, all]) => ofKind(kind, all)),
  ].join(", ");
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What is said before somebody agrees. */
export function broughtText(lines: readonly string[], isFirst: boolean, { name }: Stage): string {
  const indented = lines.map((line) => `  ${line}`);
  if (isFirst)
    return [
      `Nothing of ${name} is up yet, so all of it is made by one up:`,
      ...indented,
      "No version is there to compare with or to go back to: the workers answer everything at once, without the steps, gates, smoke tests and hooks of the plan. Those hold from the next release on.",
    ].join("\n");
  return lines.length === 0
    ? "The release brings new versions of workers alone: no migration runs, and no store is made or changed."
    : [
        "The first up of the release brings this, before any new version answers; it stays if the release goes back:",
        ...indented,
      ].join("\n");
}

/** In which order the new versions come to people, before somebody agrees. */
export const orderText = (lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [
        "New versions come to people in this order, callees first, each line through all its steps before the next one begins; a worker without a new version is passed over:",
        ...lines.map((line, at) => `  ${at + 1}. ${line}`),
      ];
