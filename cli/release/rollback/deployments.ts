import { z } from "zod";
import type { System } from "../../../src/declare/index.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { rollbackVariable } from "../../../src/release/variable.ts";
import { applied } from "../../stack/applied.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
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

/** Only the deployments: whatever else this folder would change has no place in a rollback. Gives the exit code of pulumi. */
export async function goBack(
  { goals, contracts }: RollbackNote,
  { stage, run, state }: Serve,
): Promise<number> {
  const labels = goals.map(({ label }) => label);
  const urns = state
    .filter(({ type, name }) => type.endsWith(":WorkersDeployment") && labels.includes(name))
    .map(({ urn }) => urn);
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
  const targets = urns.flatMap((urn) => ["--target", urn]);
  return applied(["up", "--yes", "--skip-preview", "--stack", stage.name, ...targets], {
    ...run,
    env: { ...run.env, [rollbackVariable]: "true" },
  });
}
