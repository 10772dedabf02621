import { folderChanged } from "../../src/artefact/other-folder.ts";
import { command } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { FolderChanged, StageHeld } from "../../src/release/driver/held.ts";
import type { Rollout } from "../../src/release/journal/entry.ts";
import { withEvents } from "../stack/applied.ts";
import { failuresIn } from "../stack/engine/failure-text.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";
import { setConfig } from "../stack/stage-config.ts";
import { untilAlone } from "./beginning/alone.ts";

/** One `up` of a release. */
export interface StepUp {
  readonly stage: Stage;
  readonly run: Run;
  readonly isEmbedded: boolean;
  /** What the stack's state is to say of the release. */
  readonly note: object;
  readonly rollout: Rollout;
  /** URNs of the only resources that are changed. @default - whatever the folder has */
  readonly targets?: readonly string[];
}

/** Writes the rollout into the stack's configuration and brings the stack up. Throws StageHeld where somebody else does. */
export async function stepUp({ stage, run, isEmbedded, note, rollout, targets = [] }: StepUp): Promise<void> {
  await untilAlone(stage, run, isEmbedded);
  await setConfig(stage, { "lockstep:rollout": rollout, "lockstep:release": note }, run);
  await withEvents(run, async (events, eventful) => {
    try {
      await pulumiText(
        [
          ...["up", "--yes", "--skip-preview", "--stack", stage.name, "--non-interactive", "--color=never"],
          ...targets.flatMap((urn) => ["--target", urn]),
          ...events.option,
        ],
        eventful,
        // A Ctrl-C is for the driver, which lets a step that has begun end; so is a terminal that closes.
        { apart: true },
      );
    } catch (error) {
      throw error instanceof UserError ? told(error, failuresIn(events.read()).reasons, stage) : error;
    }
  });
}

/** @param reasons what failed, as the engine's events tell it; empty where it did not come that far */
function told({ diagnostic }: UserError, reasons: readonly string[], stage: Stage): UserError {
  if (/the stack is currently locked by/.test(diagnostic.got))
    return new StageHeld({
      ...diagnostic,
      what: `Another run holds ${stage.name}`,
      expected: "a stack that no run holds",
      fix: ["wait for it; once you know that it has ended: ", command("unlock", { stage: stage.name })],
    });
  if (reasons.length === 0) return new UserError(diagnostic);
  const got = reasons.join("\n");
  return got.includes(folderChanged)
    ? new FolderChanged({ ...diagnostic, got })
    : new UserError({ ...diagnostic, got });
}
