import { type Built, builtOf, codeOf } from "../../../src/artefact/built.ts";
import { differingText } from "../../../src/artefact/differing.ts";
import type { ArtefactOutput, SignedRecord } from "../../../src/artefact/record.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** What this folder builds systems to, now. */
export async function folderBuilds(systems: readonly System[], root: string): Promise<Built> {
  const code = await Promise.all(
    systems.flatMap(workersOf).map(async (worker) => [worker, await codeOf(worker, root)] as const),
  );
  return builtOf(systems, new Map(code), root);
}

/** What is compared with this folder. */
interface Compared {
  readonly record: SignedRecord;
  readonly parts: ArtefactOutput["parts"];
  readonly from: Stage;
  readonly to: Stage;
}

/** Each system that the folder builds to something else than the stage serves, with the parts that differ. */
export const differences = (built: Built, { record, parts, from, to }: Compared): readonly Diagnostic[] =>
  Object.entries(built).flatMap(([name, { digest, parts: mine }]): Diagnostic[] => {
    const served = record.systems[name];
    if (served === undefined)
      return [
        {
          what: `${from.name} serves no single version of ${name}, so it cannot be promoted`,
          where: `${name} in ${from.name}`,
          got: "it deploys it not at all, or a rollout stands in its configuration: two versions share the requests, or an older one serves",
          expected: `${name} deployed to ${from.name}, its newest version answering everything`,
          fix: sentence`deploy it there: ${command("up", { stage: from.name })}; end a rollout: ${command("release", { stage: from.name })}; or take ${name} off lockstep:systems of ${to.name}`,
        },
      ];
    if (served.digest === digest) return [];
    return [
      {
        what: `This folder builds ${name} to something else than ${from.name} serves`,
        where: name,
        got: differingText(mine, parts[name] ?? {}),
        expected: `what ${from.name} serves since ${served.servedAt}, brought by ${served.by}`,
        fix:
          served.commit === undefined
            ? sentence`check out what ${from.name} was brought from (it was changed beside git, so no commit is known), or bring this folder there first: ${command("up", { stage: from.name })}`
            : `git checkout ${served.commit}, and promote from there`,
      },
    ];
  });
