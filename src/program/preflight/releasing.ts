import { z } from "zod";
import { otherFolder } from "../../artefact/other-folder.ts";
import type { Parts } from "../../artefact/parts.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { TargetArgs } from "../../dynamic/target.ts";
import type { StateResource } from "../../reality/state.ts";
import { type Beside, refuseBeside, refuseBesideBegun } from "../../release/beside.ts";
import { progressOf } from "../../release/driver/progress.ts";
import { journalOf } from "../../release/journal/journal.ts";
import { keptText, withEnd } from "../../release/journal/kept.ts";
import { releasesFolder } from "../../release/journal/under-way.ts";
import { releaseVariable, rollbackVariable } from "../../release/variable.ts";

const shape = z.object({ release: z.object({ id: z.string(), by: z.string(), at: z.string() }).optional() });

/**
 * Refuses an `up` while a release is under way, however it was started: it would put other versions between its steps. A release that was begun
 * from this folder is known by its journal, any other by what its first `up` noted in the stack's state.
 */
export function refuseDuringRelease(state: readonly StateResource[], beside: Beside): void {
  refuseBesideBegun(beside);
  const target = state.find(({ type }) => type === "lockstep:Target" || type.endsWith("lockstep:Target"));
  const { release } = shape.parse(target?.outputs ?? {});
  if (release !== undefined) refuseBeside(release, beside.stage, beside.env);
}

/**
 * What a release's own `up` would bring that the folder did not have when the release began: migrations, stores, whatever is declared. On the way
 * back too; the driver then moves the deployments alone.
 * @param brings what this folder builds to
 */
export function changedSinceBegun(
  brings: Readonly<Record<string, Parts>>,
  { root, target, stage, env }: Beside,
): readonly Diagnostic[] {
  const id = env[releaseVariable];
  if (id === undefined || env[rollbackVariable] === "true") return [];
  const entries = journalOf(releasesFolder(root, target, stage), id).entries();
  const { preparing, end } = progressOf(entries);
  if (preparing?.parts === undefined || end !== undefined) return [];
  return otherFolder(brings, preparing.parts);
}

/** The journal of the release whose own `up` this is, for the stack's state; nothing in any other run. */
export function ownJournal(
  { root, target, stage, env }: Beside,
  hasEnded: boolean,
): Pick<TargetArgs, "journals"> {
  const id = env[releaseVariable];
  if (id === undefined) return {};
  const entries = journalOf(releasesFolder(root, target, stage), id).entries();
  return { journals: { [id]: keptText(hasEnded ? withEnd(entries, new Date().toISOString()) : entries) } };
}
