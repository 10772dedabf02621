import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { conductOf } from "../../../src/release/hooks/conduct.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { secretValues } from "../hooks/secret-values.ts";
import { openSecrets } from "./open-secrets.ts";

/** Refuses a release that could not be held to its plan, before anything is changed. */
export async function refuseUnready(systems: readonly System[], stage: Stage, run: Run): Promise<void> {
  refuse(systems.flatMap(keyless));
  const everything = systems.flatMap((system) =>
    workersOf(system).map(({ name }) => `${system.name}/${name}`),
  );
  const { hooks, smoke } = conductOf(systems, everything, stage.name);
  const ofStack = openSecrets(stage, run);
  for (const { label, secrets } of hooks) await secretValues(secrets, `hook ${label}`, run.env, ofStack);
  for (const { worker, path, secrets } of smoke)
    await secretValues(secrets, `smoke test ${path} of ${worker}`, run.env, ofStack);
}

/** Static assets that two versions share out by chance: a page of the one asks the other for its files. */
function keyless(system: System): readonly Diagnostic[] {
  const { release } = system;
  if (release === undefined || release.versionKey !== undefined) return [];
  if (release.steps.every(({ percent }) => percent === 100)) return [];
  return workersOf(system)
    .filter(({ assets, pages }) => assets !== undefined || pages !== undefined)
    .map(({ name }) => ({
      what: "Static assets cannot be released in steps without a version key",
      where: `${system.name}/${name}`,
      got: "a release plan without versionKey: every request is given to a version by chance",
      expected: "the header Cloudflare-Workers-Version-Key on every request, the same for one visitor",
      fix: 'set it by a transform rule of the zone, from a cookie or ip.src, and say so in the plan: versionKey: "a transform rule of example.com"; or give the plan one step of 100 %',
    }));
}
