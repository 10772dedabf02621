import type { Account } from "../../../src/backup/account.ts";
import type { LettersSource } from "../../../src/backup/letters/take.ts";
import { pulled, workersOf } from "../../../src/declare/graph.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Queue } from "../../../src/declare/stores/queue.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** The stage's queues that messages go to which failed too often, as far as they are there. */
export function lettersOf(
  account: Account,
  stage: Stage,
  systems: Project["systems"],
  ids: ReadonlyMap<string, string>,
): readonly LettersSource[] {
  return systems.flatMap((system) => {
    const dead = new Set<Queue>(
      workersOf(system).flatMap(({ consumes }) => consumes.flatMap(({ deadLetter }) => deadLetter ?? [])),
    );
    for (const { pullConsumer } of pulled(system))
      if (pullConsumer?.deadLetter !== undefined) dead.add(pullConsumer.deadLetter);
    return [...dead].flatMap((queue) => {
      const name = physicalName(queue, stage);
      const id = ids.get(name);
      return id === undefined ? [] : [{ key: `${system.name}/${queue.name}`, name, id, account }];
    });
  });
}
