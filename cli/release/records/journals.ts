import { z } from "zod";
import type { ExportedResource } from "../../../src/reality/state.ts";
import type { Entry } from "../../../src/release/journal/entry.ts";
import { journalOf, releasesIn } from "../../../src/release/journal/journal.ts";
import { isBehind, type KeptJournals, keptEntries, keptJournals } from "../../../src/release/journal/kept.ts";

const targetType = "pulumi-nodejs:dynamic/lockstep:Target";
const noted = z.object({ journals: keptJournals.default({}) });

/** The journals that a stack's state keeps. */
export const journalsIn = (state: readonly ExportedResource[]): KeptJournals =>
  noted.parse(state.find(({ type }) => type === targetType)?.inputs ?? {}).journals;

/** A release, and where its journal was read. */
export interface Recorded {
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly from: "this folder" | "the state";
}

/** All releases of a stage that are known, the newest first: what this folder has is whole, where nobody took the release over elsewhere. */
export function recordedReleases(folder: string, kept: KeptJournals): readonly Recorded[] {
  const here = releasesIn(folder);
  return [...new Set([...here, ...Object.keys(kept)])]
    .toSorted()
    .toReversed()
    .flatMap((id): Recorded[] => {
      const own = here.includes(id) ? journalOf(folder, id).entries() : [];
      const theirs = keptEntries(kept[id] ?? "");
      const isOlder = own.length === 0 || isBehind(own, theirs);
      const entries = isOlder ? theirs : own;
      return entries.length === 0 ? [] : [{ id, entries, from: isOlder ? "the state" : "this folder" }];
    });
}
