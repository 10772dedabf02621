import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Built } from "../artefact/built.ts";
import { commitOf } from "../artefact/commit.ts";
import { publicHalf } from "../artefact/ed25519.ts";
import {
  type ArtefactOutput,
  type ArtefactRecord,
  artefactOutput,
  digestOfRecord,
  isSignedBy,
  type Served,
  signedBy,
} from "../artefact/record.ts";
import { workersOf } from "../declare/graph.ts";
import type { System } from "../declare/index.ts";
import { runner } from "../diagnostic/runner.ts";
import type { StateResource } from "../reality/state.ts";
import { rollbackVariable } from "../release/variable.ts";
import type { Given, Settings } from "../settings/settings.ts";

/** What a run knows of what the stage served before, and of what it will. */
export interface Serving {
  readonly built: Built;
  /** What the record of before said of each system, where it is to be believed. */
  readonly before: Readonly<Record<string, Served>>;
  /** Why it is not to be believed; undefined where it is, and where there is none. */
  readonly doubt: string | undefined;
  /** Whether the run lets versions answer that are there already, and deploys nothing else. */
  readonly isRollback: boolean;
  readonly root: string;
}

/** Reads the record of before. One that the stage's key did not sign was written by somebody else. */
export function servingOf(
  built: Built,
  state: readonly StateResource[],
  settings: Settings,
  { root, env }: Pick<Given, "root" | "env">,
): Serving {
  return { built, ...believed(state, settings), isRollback: env[rollbackVariable] === "true", root };
}

function believed(
  state: readonly StateResource[],
  { stage, signingKey }: Settings,
): Pick<Serving, "before" | "doubt"> {
  const nothing = { before: {}, doubt: undefined };
  const found = state.find(({ type }) => type === "pulumi:pulumi:Stack");
  const said = z.object({ artefact: z.unknown() }).safeParse(found?.outputs).data?.artefact;
  if (said === undefined) return nothing;
  const read = artefactOutput.safeParse(said);
  if (!read.success) return { before: {}, doubt: "its record in the state has another form" };
  const { digest: _, parts: __, ...record } = read.data;
  const key = signingKey === undefined ? undefined : publicHalf(signingKey);
  // One from before there was a key anybody could have written: it begins anew, and nobody has to hear of that.
  if (key !== undefined && record.signature === undefined) return nothing;
  return record.stage !== stage.name || (key !== undefined && !isSignedBy(key, record))
    ? { before: {}, doubt: "the stage's key did not sign its record in the state" }
    : { before: record.systems, doubt: undefined };
}

/**
 * What the stage serves when the run is through, signed. What is new is known then and not before: a preview shows it as unknown.
 * @param resources all that has to be there by then
 */
export function artefactOf(
  { built, before, root }: Serving,
  { systems, stage, rollouts, signingKey }: Pick<Settings, "systems" | "stage" | "rollouts" | "signingKey">,
  resources: readonly pulumi.Resource[],
): pulumi.Output<ArtefactOutput> {
  const alone = systems.filter((system) => servesAlone(system, rollouts));
  const isNew = ({ name }: System): boolean => before[name]?.digest !== built[name]?.digest;
  const output = (record: ArtefactRecord): ArtefactOutput => ({
    ...record,
    digest: digestOfRecord(record),
    parts: Object.fromEntries(Object.keys(record.systems).map((name) => [name, { ...built[name]?.parts }])),
    ...(signingKey !== undefined && { signature: signedBy(signingKey, record) }),
  });
  const recordOf = (fresh: Omit<Served, "digest">): ArtefactRecord => ({
    project: pulumi.getProject(),
    stage: stage.name,
    systems: Object.fromEntries(
      alone.map((system) => [
        system.name,
        (isNew(system) ? undefined : before[system.name]) ?? {
          digest: built[system.name]?.digest ?? "",
          ...fresh,
        },
      ]),
    ),
  });
  if (!alone.some(isNew)) return pulumi.output(output(recordOf({ servedAt: "", by: "" })));
  const there = pulumi.runtime.isDryRun()
    ? pulumi.output(pulumi.unknown)
    : pulumi.output(resources.map(({ urn }) => urn));
  return pulumi.output(there).apply(async (): Promise<ArtefactOutput> => {
    const commit = await commitOf(root);
    return output(
      recordOf({
        servedAt: new Date().toISOString(),
        by: runner(),
        ...(commit !== undefined && { commit }),
      }),
    );
  });
}

/** Whether the version that is built answers everything, for each worker of the system. */
const servesAlone = (system: System, rollouts: Settings["rollouts"]): boolean =>
  workersOf(system).every(({ name }) => (rollouts[`${system.name}/${name}`]?.percent ?? 100) === 100);
