import * as pulumi from "@pulumi/pulumi";
import type { Built } from "../artefact/built.ts";
import { commitOf } from "../artefact/commit.ts";
import {
  type ArtefactOutput,
  type ArtefactRecord,
  artefactOutput,
  digestOfRecord,
  isSignedBy,
  publicHalf,
  type Served,
  signedBy,
} from "../artefact/record.ts";
import { workersOf } from "../declare/graph.ts";
import type { System } from "../declare/index.ts";
import { runner } from "../diagnostic/runner.ts";
import { outputsOf, type StateResource } from "../reality/state.ts";
import type { Settings } from "../settings/settings.ts";

/** What a run knows of what the stage served before, and of what it will. */
export interface Serving {
  readonly built: Built;
  /** What the record of before said of each system, where it is to be believed. */
  readonly before: Readonly<Record<string, Served>>;
  /** Why it is not to be believed; undefined where it is, and where there is none. */
  readonly doubt: string | undefined;
  readonly root: string;
}

/** Reads the record of before. One that the stage's key did not sign was written by somebody else. */
export function servingOf(
  built: Built,
  state: readonly StateResource[],
  { stage, signingKey }: Settings,
  root: string,
): Serving {
  const found = state.find(({ type }) => type === "pulumi:pulumi:Stack");
  const said = found === undefined ? undefined : outputsOf(state, found.type, found.name);
  const output = typeof said === "object" && said !== null && "artefact" in said ? said.artefact : undefined;
  if (output === undefined) return { built, before: {}, doubt: undefined, root };
  const read = artefactOutput.safeParse(output);
  if (!read.success) return { built, before: {}, doubt: "its record in the state has another form", root };
  const { digest: _, parts: __, ...record } = read.data;
  const key = signingKey === undefined ? undefined : publicHalf(signingKey);
  // One from before there was a key anybody could have written: it begins anew, and nobody has to hear of that.
  if (key !== undefined && record.signature === undefined)
    return { built, before: {}, doubt: undefined, root };
  if (record.stage !== stage.name || (key !== undefined && !isSignedBy(key, record)))
    return { built, before: {}, doubt: "the stage's key did not sign its record in the state", root };
  return { built, before: record.systems, doubt: undefined, root };
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
