import { UserError } from "../../src/diagnostic/user-error.ts";
import { steadyClock } from "../../src/release/driver/clock.ts";
import { drive } from "../../src/release/driver/driver.ts";
import { type Progress, progressOf } from "../../src/release/driver/progress.ts";
import type { Journal } from "../../src/release/journal/journal.ts";
import { percentsAt } from "../../src/release/plan.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { effectsOf } from "./effects.ts";
import { stopped } from "./refusals.ts";
import type { Request } from "./request.ts";
import { showerOf } from "./screen/screen.ts";
import { toldToEnd } from "./told-to-end.ts";

/** Drives a release from where its journal ends, and shows it. Exit code 0: finished; 2: went back. */
export async function driven(
  request: Request,
  journal: Journal,
  run: Run,
  systems: Parameters<typeof effectsOf>[0]["systems"],
): Promise<number> {
  const { stage } = request;
  const { id, by } = progressOf(journal.entries());
  const at = journal.entries()[0]?.at ?? "";
  const nowMs = steadyClock(journal.entries());
  const shower = showerOf(request.json, process.stdout, nowMs);
  const told = toldToEnd((signal) =>
    process.stderr.write(
      `${signal}: the driver ends when what it is at is through; a second one ends it at once\n`,
    ),
  );
  try {
    const progress = await drive(journal, {
      ...effectsOf({ id, by, at, stage, run, systems, wake: told.wake, entries: journal.entries }),
      nowMs,
      show(now, fresh) {
        shower.show(now, fresh);
        const signal = told.by();
        // On its way back it goes on: people meet the new version until it is there.
        if (signal !== undefined && now.abort === undefined && now.end === undefined)
          throw endedByHand(signal, now);
      },
    });
    return ended(progress);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (endedUnbegun(journal)) throw error;
    throw stopped(error, stage, id);
  } finally {
    shower.end();
    told.end();
  }
}

const endedByHand = (signal: NodeJS.Signals, progress: Progress): UserError => {
  const { stage, prepared, position } = progress;
  const shares = Object.entries(percentsAt(prepared?.positions ?? [], position));
  return new UserError({
    what: "The driver was told to end, and nobody holds the release to its gates now",
    where: `stage ${stage}`,
    got: `${signal}, with the new version${shares.length === 1 ? "" : "s"} at ${shares.map(([label, percent]) => `${percent} % of ${label}`).join(", ") || "0 %"}`,
    expected: "a driver until the release has ended",
    fix: "nothing has to be mended",
  });
};

/** A release that was refused before it changed anything is none. */
function endedUnbegun(journal: Journal): boolean {
  if (journal.entries().some(({ kind }) => kind !== "begun")) return false;
  const at = new Date().toISOString();
  journal.append({ kind: "aborting", at, reason: "refused before anything was changed" });
  journal.append({ kind: "aborted", at });
  return true;
}

const ended = ({ end }: Progress): number => (end === "finished" ? 0 : 2);
