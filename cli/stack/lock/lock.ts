import { command, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { pulumiProjectName } from "../../../toolchain/project.ts";
import { holderOf, type Lock, locksOn } from "../../../toolchain/stacks/locks.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";

const locksOf = (stage: Stage, { root, env }: Run): readonly Lock[] | undefined =>
  locksOn(env["PULUMI_BACKEND_URL"] ?? "", pulumiProjectName(root), stage.name);

/**
 * Refuses a change of a stage that another run is changing, before a minute is spent. Where the backend is no folder, and where two begin in the
 * same moment, pulumi refuses the second by itself.
 */
export function refuseLocked(stage: Stage, run: Run): void {
  const lock = holding(stage, run);
  if (lock === undefined) return;
  throw new UserError({
    what: `Another run is changing ${stage.name}; nothing was changed by this one`,
    where: `the lock of stack ${stage.name}`,
    got: shown(lock),
    expected: "a stack that no run holds",
    fix: ways[holderOf(lock)](lock, stage),
  });
}

/** The run that holds a stage; undefined where none does, and where only pulumi can see it. */
export const holding = (stage: Stage, run: Run): Lock | undefined => locksOf(stage, run)?.[0];

/** `pulumi (process 123) of mia on build-7, since 2026-11-30T09:13:49Z`. */
export const shown = ({ pid, user, host, since }: Lock): string =>
  `pulumi (process ${pid})${user === "" ? "" : ` of ${user}`} on ${host}${since === "" ? "" : `, since ${since}`}`;

const ways: Readonly<Record<ReturnType<typeof holderOf>, (lock: Lock, stage: Stage) => Sentence>> = {
  running: ({ pid }) =>
    `wait for it, or end it: kill -INT ${pid} lets it finish the step that it is in and give its lock back`,
  gone: (_, stage) => sentence`that process is gone: ${command("unlock", { stage: stage.name })}`,
  unknown: (_, stage) =>
    sentence`wait for it; once you know that it has ended there: ${command("unlock", { stage: stage.name })}`,
};

/** Whose lock a stage has, in a line each; undefined where only pulumi can read it. */
export const lockLines = (stage: Stage, run: Run): readonly string[] | undefined =>
  locksOf(stage, run)?.map(shown);

/**
 * Takes the lock of a run that has ended off a stage. One whose process runs on this machine stays.
 * @param agreed what tells pulumi that somebody agreed; without it pulumi asks
 */
export async function unlock(stage: Stage, run: Run, agreed: readonly string[]): Promise<number> {
  const locks = locksOf(stage, run);
  const running = locks?.find((lock) => holderOf(lock) === "running");
  if (running !== undefined)
    throw new UserError({
      what: `The run that holds ${stage.name} has not ended`,
      where: `the lock of stack ${stage.name}`,
      got: shown(running),
      expected: "a lock whose process is gone",
      fix: ways.running(running, stage),
    });
  if (locks?.length === 0) {
    process.stdout.write(`Nothing holds ${stage.name}\n`);
    return 0;
  }
  return pulumi(["cancel", "--stack", stage.name, ...agreed], run);
}
