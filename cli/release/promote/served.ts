import { digestOfParts } from "../../../src/artefact/parts.ts";
import {
  type ArtefactOutput,
  digestOfRecord,
  isSignedBy,
  type SignedRecord,
} from "../../../src/artefact/record.ts";
import { connection } from "../../../src/cloudflare/connection.ts";
import { readServing } from "../../../src/cloudflare/deployments.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { publicKeyOf } from "../../../src/settings/public-key.ts";
import { stageTarget } from "../../stack/account.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { readOutputs, type StackOutputs } from "../../stack/outputs/read-outputs.ts";
import type { TargetName } from "../../stack/request.ts";

/** What a stage says to serve, verified. */
export interface ServedBy {
  readonly record: SignedRecord;
  readonly parts: ArtefactOutput["parts"];
  readonly versions: StackOutputs["versions"];
}

/** Reads what a stage says to serve out of its state. Throws UserError for what its key did not sign. */
export async function servedBy(from: Stage, target: TargetName, run: Run): Promise<ServedBy> {
  const outputs = await readOutputs(from, run);
  const artefact = outputs?.artefact;
  const up = sentence`${command("up", { stage: from.name })}`;
  if (outputs === undefined || artefact === undefined)
    throw noRecord(from, outputs === undefined ? "nothing is up" : "no record of what it serves", up);
  const publicKey = publicKeyOf(from, target, run.root);
  const makeKey = sentence`make its key: ${command("signing-key", { stage: from.name })}; then ${command("up", { stage: from.name })}`;
  if (publicKey === undefined)
    throw noRecord(from, "no lockstep:publicKey in its stack file to verify its record by", makeKey);
  if (artefact.signature === undefined) throw noRecord(from, "a record that nobody signed", makeKey);
  const { digest, parts, ...record } = artefact;
  if (!isSignedBy(publicKey, record) || record.stage !== from.name || digest !== digestOfRecord(record))
    throw altered(from, `a record that the key of ${from.name} did not sign`, up);
  const strange = Object.entries(record.systems)
    .filter(([name, system]) => digestOfParts(parts[name] ?? {}) !== system.digest)
    .map(([name]) => name);
  if (strange.length > 0)
    throw altered(from, `parts of ${strange.join(", ")} that do not make the digest that was signed`, up);
  return { record, parts, versions: outputs.versions };
}

const noRecord = (from: Stage, got: string, fix: Sentence): UserError =>
  new UserError({
    what: `Nothing says for certain what ${from.name} serves, so it cannot be promoted`,
    where: `stack ${from.name}, output artefact`,
    got,
    expected: "a record that its key signed",
    fix,
  });

const altered = (from: Stage, got: string, up: Sentence): UserError =>
  new UserError({
    what: `The record of what ${from.name} serves was altered in its state`,
    where: `stack ${from.name}, output artefact`,
    got,
    expected: "the record as its last up signed it",
    fix: sentence`find out who writes to that state, and whether ${from.name} serves what it should; ${up} begins a new record, whose bake time begins with it`,
  });

/** Refuses where something else answers at Cloudflare than the last `up` left, or several versions do. */
export async function refuseShared(
  systems: readonly System[],
  versions: StackOutputs["versions"],
  from: Stage,
  { env, root }: Run,
): Promise<void> {
  const workers = systems.flatMap((system) =>
    workersOf(system).map((worker) => ({
      label: `${system.name}/${worker.name}`,
      script: physicalName(worker, from),
    })),
  );
  const { accountId } = stageTarget(from, env, root);
  const serving = await readServing(
    connection(env, root),
    accountId,
    workers.map(({ script }) => script),
  );
  refuse(
    workers.flatMap(({ label, script }) => {
      const all = serving.find(({ worker }) => worker === script)?.versions ?? [];
      const answering = all.filter(({ percentage }) => percentage > 0);
      if (answering.length === 1 && answering[0]?.id === versions[label]) return [];
      return [
        {
          what: `${from.name} does not serve what its last up brought`,
          where: `${label} in ${from.name}`,
          got: answering.map(({ id, percentage }) => `${id} at ${percentage} %`).join(", ") || "no version",
          expected: `version ${versions[label] ?? "of its last up"} alone`,
          fix: sentence`see what changed it: ${command("drift", { stage: from.name })}; promote when it serves alone again`,
        },
      ];
    }),
  );
}
