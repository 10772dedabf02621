import { expect } from "vitest";
import type { Ran } from "../../harness/run.ts";
import type { Progress } from "../../src/release/driver/progress.ts";
import { progressOf } from "../../src/release/driver/progress.ts";
import type { Entry } from "../../src/release/journal/entry.ts";
import { journalOf, releasesIn } from "../../src/release/journal/journal.ts";
import { releasesFolder, underWay } from "../../src/release/journal/under-way.ts";
import type { Clone } from "../clone.ts";

/** A release of a clone's dev that is driven while a test goes on. */
export interface Driven {
  /** Its end; one whose first `up` is refused for a moment is gone on with. */
  readonly ran: Promise<Ran>;
  readonly entries: () => readonly Entry[];
  readonly progress: () => Progress;
  /** Waits until its journal, or what else is looked at, is so; throws what it said where it ends before. */
  readonly until: (isSo: () => boolean) => Promise<void>;
  /** Opens the manual gate that it waits for. */
  readonly approve: (name: string) => Promise<void>;
}

export function release(project: Clone): Driven {
  const journals = releasesFolder(project.folder, "embedded", "dev");
  const known = releasesIn(journals).length;
  const just = (...words: readonly string[]) => project.just(["release", "dev", "--yes", "--json", ...words]);
  let end: Ran | undefined;
  const drive = async (): Promise<Ran> => {
    let ran = await just();
    for (let again = 0; underWay(journals) !== undefined && again < 5; again++) ran = await just("--resume");
    end = ran;
    return ran;
  };
  const entries = (): readonly Entry[] => {
    const all = releasesIn(journals);
    return all.length === known ? [] : journalOf(journals, all[0] ?? "").entries();
  };
  return {
    ran: drive(),
    entries,
    progress: () => progressOf(entries()),
    async until(isSo) {
      await expect.poll(() => isSo() || end !== undefined, { timeout: 900_000, interval: 50 }).toBe(true);
      if (!isSo()) throw new Error(`the release has ended: ${end?.out}`);
    },
    async approve(name) {
      const approved = await just("--approve", name, "--reason", "looked");
      expect(approved.code, approved.out).toBe(0);
    },
  };
}

/** Whether the `up` of a step is through. */
export const isServed = (entries: readonly Entry[], position: number): boolean =>
  entries.some((each) => each.kind === "deployed" && each.position === position);

/** Whether the release has waited for a person. */
export const isAsked = (entries: readonly Entry[], name: string): boolean =>
  entries.some((each) => each.kind === "waiting" && each.name === name);

/** When a line of this kind was written last. */
export const momentOf = (entries: readonly Entry[], kind: Entry["kind"]): number =>
  Date.parse(entries.findLast((each) => each.kind === kind)?.at ?? "");

/** The line behind the first measurement that shows a failure: nothing may come between the two. */
export const behindTheFirstFailure = (entries: readonly Entry[]): Entry["kind"] | undefined =>
  entries[
    entries.findIndex(
      (each) => each.kind === "measured" && each.judged.some(({ verdict }) => verdict === "fail"),
    ) + 1
  ]?.kind;

/** What is deployed is what the stack's state says. */
export async function noChanges(project: Clone): Promise<void> {
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--diff", "--stack", "dev"]);
  expect(preview.code, preview.out).toBe(0);
}
