import type { ServedStatus } from "../../status/served.ts";
import type { StackOutputs } from "./read-outputs.ts";

/** What a stack says to serve of each of its systems; empty for one that an earlier version brought up, which said nothing. */
export function servedSystems({ artefact, versions, stores }: StackOutputs): readonly ServedStatus[] {
  if (artefact === undefined) return [];
  const labels = [...Object.keys(versions), ...Object.keys(stores)];
  const names = new Set([
    ...labels.map((label) => label.split("/")[0] ?? ""),
    ...Object.keys(artefact.systems),
  ]);
  return [...names].toSorted().map((system) => {
    const { digest, servedAt, by, commit } = artefact.systems[system] ?? {};
    return {
      system,
      digest: digest ?? null,
      since: servedAt ?? null,
      by: by ?? null,
      commit: commit ?? null,
    };
  });
}
