import { broughtBy } from "../../../src/artefact/brought.ts";
import { otherFolder } from "../../../src/artefact/other-folder.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { type Diagnostic, refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Progress } from "../../../src/release/driver/progress.ts";
import { conductOf } from "../../../src/release/hooks/conduct.ts";
import { unstartableHooks } from "../../../src/release/hooks/program.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { secretValues } from "../hooks/secret-values.ts";
import { folderBuilds } from "../promote/folder.ts";
import { openSecrets } from "./open-secrets.ts";

/** Refuses a release that could not be held to its plan, before anything is changed. */
export async function refuseUnready(systems: readonly System[], stage: Stage, run: Run): Promise<void> {
  const everything = systems.flatMap((system) =>
    workersOf(system).map(({ name }) => `${system.name}/${name}`),
  );
  const { hooks, smoke } = conductOf(systems, everything, stage.name);
  const ofStack = openSecrets(stage, run);
  const references = [
    ...hooks.map(({ label, secrets }) => ({ where: `hook ${label}`, secrets })),
    ...smoke.map(({ worker, path, secrets }) => ({ where: `smoke test ${path} of ${worker}`, secrets })),
    ...systems.flatMap(ofGates),
  ];
  const unset = new Map<string, Diagnostic>();
  // Where the stack's secrets cannot be opened, each of them says the same.
  for (const { where, secrets } of references)
    for (const [name, reference] of Object.entries(secrets))
      for (const each of await refusedBy(() =>
        secretValues({ [name]: reference }, `${where}, ${name}`, run.env, ofStack),
      ))
        unset.set(JSON.stringify(each), each);
  refuse([
    ...systems.flatMap(keyless),
    ...unstartableHooks(hooks, run).map(({ diagnostic }) => diagnostic),
    ...unset.values(),
  ]);
}

/** A source that cannot be asked is inconclusive: the release would wait until its patience ends. */
const ofGates = ({ release, name: system }: System) =>
  (release?.gates ?? []).flatMap((gate) =>
    gate.kind === "metric" && gate.source.kind === "url"
      ? [
          {
            where: `gate ${gate.name} of ${system}`,
            secrets: Object.fromEntries(
              Object.entries(gate.source.headers).flatMap(([header, value]) =>
                typeof value === "object" && "secret" in value ? [[header, value] as const] : [],
              ),
            ),
          },
        ]
      : [],
  );

/**
 * Refuses to go on, from here, with a release that would go back for it: a hook to come cannot be run here, or the folder brings something else
 * than it did when the release began. The way back is open all the same.
 */
export async function refuseUnable(
  { preparing, prepared, position, abort }: Progress,
  systems: readonly System[],
  run: Run,
): Promise<void> {
  if (abort !== undefined || prepared === undefined) return;
  const toCome = prepared.conduct.hooks.filter(({ at }) => at !== "beforeRollout" || position < 0);
  const begun = preparing?.parts;
  refuse([
    ...unstartableHooks(toCome, run).map(({ diagnostic }) => diagnostic),
    ...(begun === undefined
      ? []
      : otherFolder(broughtBy(systems, await folderBuilds(systems, run.root)), begun)),
  ]);
}

async function refusedBy(work: () => Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.diagnostic, ...error.others];
  }
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
