import type { Stage } from "../../../src/project/stage.ts";
import type { Entry } from "../../../src/release/journal/entry.ts";
import { type Journal, journalOf, writeJournal } from "../../../src/release/journal/journal.ts";
import { isBehind, keptEntries } from "../../../src/release/journal/kept.ts";
import { underWay } from "../../../src/release/journal/under-way.ts";
import { actor } from "../../stack/actor.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { stateOf } from "../../stack/state.ts";
import { releaseIn } from "../state-note.ts";
import { journalsIn } from "./journals.ts";

/** A release whose journal is only in the stack's state. */
export interface Lost {
  readonly id: string;
  /** Who drove it. */
  readonly by: string;
  /** When it was begun, ISO 8601. */
  readonly at: string;
  /** As far as the state tells. */
  readonly entries: readonly Entry[];
  /** Writes its journal into this folder: from then on it is driven from here, and its driver of before changes nothing any more. */
  readonly takeOver: () => Journal;
}

/**
 * The release that the stack's state says is under way and that this folder has no journal of, or an older one: it was driven elsewhere, or the
 * folder is lost. Where it ended elsewhere meanwhile, this folder's journal is brought up to that.
 */
export async function lostRelease(stage: Stage, run: Run, folder: string): Promise<Lost | undefined> {
  const state = (await stateOf(stage, run)) ?? [];
  const kept = journalsIn(state);
  const here = underWay(folder);
  if (here !== undefined) {
    const theirs = keptEntries(kept[here.progress.id] ?? "");
    if (!isBehind(here.journal.entries(), theirs)) return undefined;
    if (theirs.some(({ kind }) => kind === "finished" || kind === "aborted")) {
      writeJournal(folder, here.progress.id, theirs);
      return undefined;
    }
  }
  const note = releaseIn(state);
  if (note === undefined) return undefined;
  const { id, by, at } = note;
  const told = keptEntries(kept[id] ?? "");
  // A version before this one kept none: that it began is all that is known, and enough to go back.
  const entries: readonly Entry[] =
    told.length > 0 ? told : [{ kind: "begun", at, id, stage: stage.name, by }];
  return {
    id,
    by,
    at,
    entries,
    takeOver() {
      const now = new Date().toISOString();
      const reason = `taken over from the stack's state; ${by} drove it`;
      writeJournal(folder, id, [
        ...entries,
        { kind: "wished", at: now, wish: "resume", by: actor(), reason, takenOver: true },
      ]);
      return journalOf(folder, id);
    },
  };
}
