import { z } from "zod";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { ExportedResource } from "../../src/reality/state.ts";
import type { WayBack } from "../../src/release/driver/driver.ts";
import { FolderChanged } from "../../src/release/driver/held.ts";
import type { Entry, Rollout } from "../../src/release/journal/entry.ts";
import { keptText, overtaken, withEnd } from "../../src/release/journal/kept.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";
import { configOf, setConfig } from "../stack/stage-config.ts";
import { stateOf } from "../stack/state.ts";
import { journalsIn } from "./records/journals.ts";
import { releaseIn, takeOutNote } from "./state-note.ts";

/** A release that ends, and where. */
export interface Ending {
  readonly under: { readonly id: string; readonly by: string; readonly at: string };
  readonly stage: Stage;
  readonly run: Run;
  readonly api: Connection;
  readonly accountId: string;
  readonly workers: readonly { readonly label: string; readonly script: string }[];
  /** Waits until no other run changes the stage. */
  readonly alone: () => Promise<void>;
  readonly entries: () => readonly Entry[];
  /** One `up` with this rollout, the last one of the release. */
  readonly lastUp: (rollout: Rollout) => Promise<void>;
  /** An `up` with this rollout that changes nothing but deployments. */
  readonly deploymentsAlone: (rollout: Rollout) => Promise<void>;
}

export const rolloutShape = z
  .record(z.string(), z.object({ stable: z.string(), percent: z.number() }))
  .default({});
const written = z.object({ id: z.string(), ended: z.literal(true).optional() }).optional();

/** Goes back; without an `up` where the stable versions serve alone: it would change nothing, and might be refused for another reason. */
export async function goBack(ending: Ending, { rollout: known, before }: WayBack): Promise<void> {
  const { under, stage, run, alone } = ending;
  // What a killed driver started may be running still, and move requests yet.
  await alone();
  const config = await configOf(stage, run);
  const release = written.parse(config("lockstep:release"));
  const isWritten = release?.id === under.id;
  const state = (await stateOf(stage, run)) ?? [];
  refuseOvertaken(state, ending);
  const isNoted = releaseIn(state)?.id === under.id;
  // Its first `up` was refused, or never began: the configuration is the only thing that it changed.
  if (before !== undefined && !isNoted && release?.ended === undefined)
    return isWritten ? forgetWith(before, ending) : undefined;
  if (known === undefined && !isNoted && !isWritten) return;
  const rollout = known ?? rolloutShape.parse(config("lockstep:rollout"));
  if (await servesAlone(ending, rollout)) await endWithoutUp(ending, rollout);
  else await backBy(ending, rollout);
  await forgetWith(rollout, ending);
}

/** One `up`. Where the folder changed since the release began, the deployments alone: what is new there has no place on a way back. */
async function backBy(ending: Ending, rollout: Rollout): Promise<void> {
  try {
    return await ending.lastUp(rollout);
  } catch (error) {
    if (!(error instanceof FolderChanged)) throw error;
  }
  await ending.deploymentsAlone(rollout);
  await endWithoutUp(ending, rollout);
}

/** Ends a release that found nothing new: what serves is what its first `up` left. */
export async function endWithoutUp(
  { under, stage, run, alone, entries }: Ending,
  rollout: Rollout,
): Promise<void> {
  await alone();
  const state = (await stateOf(stage, run)) ?? [];
  refuseOvertaken(state, { under, entries });
  await setConfig(stage, { "lockstep:rollout": rollout, "lockstep:release": { ...under, ended: true } }, run);
  const journal = keptText(withEnd(entries(), new Date().toISOString()));
  if (releaseIn(state)?.id === under.id) await takeOutNote(stage, under.id, run, journal);
}

/** A driver whose release somebody else has taken over ends nothing: what it knows is old. */
function refuseOvertaken(
  state: readonly ExportedResource[],
  { under, entries }: Pick<Ending, "under" | "entries">,
): void {
  const taken = overtaken(journalsIn(state), { [under.id]: keptText(entries()) });
  if (taken === undefined) return;
  throw new UserError({
    what: `Release ${under.id} was taken over by ${taken.by}; nothing was changed by this driver`,
    where: "the release's journal in the stack's state",
    got: "the driver of before",
    expected: "one driver",
    fix: sentence`let that one go on; where it has ended: ${command("release", { resume: true })}`,
  });
}

/** Leaves this rollout in the configuration, and no release. */
export async function forgetWith(
  rollout: Rollout,
  { stage, run }: Pick<Ending, "stage" | "run">,
): Promise<void> {
  const isNone = Object.keys(rollout).length === 0;
  if (!isNone) await setConfig(stage, { "lockstep:rollout": rollout }, run);
  const keys = ["lockstep:release", ...(isNone ? ["lockstep:rollout"] : [])];
  await pulumiText(["config", "rm-all", "--stack", stage.name, ...keys], run);
}

/** Whether each stable version answers everything at Cloudflare. */
async function servesAlone({ api, accountId, workers }: Ending, rollout: Rollout): Promise<boolean> {
  const labels = Object.keys(rollout);
  const asked = workers.filter(({ label }) => labels.includes(label));
  if (asked.length < labels.length) return false;
  const serving = await readServing(
    api,
    accountId,
    asked.map(({ script }) => script),
  );
  return asked.every(({ label, script }) => {
    const versions = serving.find(({ worker }) => worker === script)?.versions ?? [];
    // One at 0 % is there for whoever names its id.
    return versions.length === 1 && versions[0]?.id === rollout[label]?.stable;
  });
}
