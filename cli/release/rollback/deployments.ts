import { z } from "zod";
import type { System } from "../../../src/declare/index.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { rollbackVariable } from "../../../src/release/variable.ts";
import { applied } from "../../stack/applied.ts";
import { pulumiText, type Run } from "../../stack/engine/pulumi.ts";
import { configOf, setConfig } from "../../stack/stage-config.ts";
import type { RollbackNote } from "./journal.ts";

/** A stack whose deployments are changed. */
export interface Serve {
  readonly stage: Stage;
  readonly run: Run;
  readonly state: readonly ExportedResource[];
  readonly systems: readonly System[];
}

const rollouts = z.record(z.string(), z.unknown()).default({});

/** URNs of the deployments of workers. @param labels `<system>/<worker>` */
export const deploymentsIn = (
  state: readonly ExportedResource[],
  labels: readonly string[],
): readonly string[] =>
  state
    .filter(({ type, name }) => type.endsWith(":WorkersDeployment") && labels.includes(name))
    .map(({ urn }) => urn);

/** Only the deployments: whatever else this folder would change has no place in a rollback. Gives the exit code of pulumi. */
export async function goBack(
  { goals, databases, contracts }: RollbackNote,
  { stage, run, state }: Serve,
): Promise<number> {
  const labels = goals.map(({ label }) => label);
  const urns = deploymentsIn(state, labels);
  const before = rollouts.parse((await configOf(stage, run))("lockstep:rollout"));
  // What the program made last serves without a rollout; to anything else it is held by one.
  const made = new Set(
    state
      .filter(({ type }) => type.endsWith(":WorkerVersion"))
      .map(({ name, outputs }) => `${name} ${outputs["id"]}`),
  );
  const rest = Object.entries(before).filter(([label]) => !labels.includes(label));
  const held = goals
    .filter(({ label, to }) => !made.has(`${label} ${to}`))
    .map(({ label, to }) => [label, { stable: to, percent: 0 }] as const);
  await setConfig(
    stage,
    {
      "lockstep:rollout": Object.fromEntries([...rest, ...held]),
      // A contract that was undone waits again until somebody opens it for what serves then.
      ...(contracts !== null && { "lockstep:contracts": contracts.after }),
    },
    run,
  );
  await lookAgain(
    databases.map(({ key }) => key),
    { stage, run, state },
  );
  const targets = urns.flatMap((urn) => ["--target", urn]);
  return applied(["up", "--yes", "--skip-preview", "--stack", stage.name, ...targets], {
    ...run,
    env: { ...run.env, [rollbackVariable]: "true" },
  });
}

/** What the stack says of databases that went back, and puts out, is what they hold now: their steps are read again, and nothing is changed. */
async function lookAgain(
  databases: readonly string[],
  { stage, run, state }: Omit<Serve, "systems">,
): Promise<void> {
  const steps = state.filter(
    ({ type, name }) =>
      type.endsWith(":Migrations") && databases.some((key) => name === key || name.startsWith(`${key}/`)),
  );
  if (steps.length === 0) return;
  const targets = steps.flatMap(({ urn }) => ["--target", urn]);
  try {
    await pulumiText(["refresh", "--yes", "--skip-preview", "--stack", stage.name, ...targets], run);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // People wait for the code: what the stack puts out is a smaller matter.
    process.stderr.write(
      `What the stack puts out of ${databases.join(", ")} is old until the next up: they could not be read again (${error.diagnostic.got.slice(-300)})\n`,
    );
  }
}
