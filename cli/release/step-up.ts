import { command } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { StageHeld } from "../../src/release/driver/held.ts";
import type { Rollout } from "../../src/release/journal/entry.ts";
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
}

/** Writes the rollout into the stack's configuration and brings the stack up. Throws StageHeld where somebody else does. */
export async function stepUp({ stage, run, isEmbedded, note, rollout }: StepUp): Promise<void> {
  await untilAlone(stage, run, isEmbedded);
  await setConfig(stage, { "lockstep:rollout": rollout, "lockstep:release": note }, run);
  try {
    await pulumiText(
      ["up", "--yes", "--skip-preview", "--stack", stage.name, "--non-interactive", "--color=never"],
      run,
      // A Ctrl-C is for the driver, which lets a step that has begun end; so is a terminal that closes.
      { apart: true },
    );
  } catch (error) {
    throw error instanceof UserError ? told(error, stage) : error;
  }
}

function told({ diagnostic }: UserError, stage: Stage): UserError {
  if (/the stack is currently locked by/.test(diagnostic.got))
    return new StageHeld({
      ...diagnostic,
      what: `Another run holds ${stage.name}`,
      expected: "a stack that no run holds",
      fix: ["wait for it; once you know that it has ended: ", command("unlock", { stage: stage.name })],
    });
  return new UserError({ ...diagnostic, got: failureIn(diagnostic.got) });
}

/** Of what an `up` printed, what failed: pulumi lists it under a heading of its own, between what it did and how long that took. */
export const failureIn = (printed: string): string =>
  /^Diagnostics:\n([\s\S]*?)(?=^(?:Outputs|Resources|Duration|Policies):|(?![\s\S]))/m
    .exec(printed)?.[1]
    ?.trim() ?? printed;
