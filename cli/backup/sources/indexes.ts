import type { Account } from "../../../src/backup/account.ts";
import type { IndexSource } from "../../../src/backup/vectors/take.ts";
import { indexNamed } from "../../../src/backup/vectors/vectors.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** The stage's indexes that are there, and the keys of those that are declared and are not. */
export async function indexesOf(
  account: Account,
  stage: Stage,
  systems: Project["systems"],
): Promise<{ readonly sources: readonly IndexSource[]; readonly missing: readonly string[] }> {
  const sources: IndexSource[] = [];
  const missing: string[] = [];
  for (const system of systems)
    for (const store of system.resources) {
      if (store.kind !== "vectorize") continue;
      const key = `${system.name}/${store.name}`;
      const name = physicalName(store, stage);
      const shape = await indexNamed(account, name);
      if (shape === undefined) missing.push(key);
      else {
        const { recipe: declared } = store;
        const recipe = declared && {
          database: declared.database.name,
          select: declared.select,
          ...("queue" in declared ? { queue: declared.queue.name } : { model: declared.model }),
        };
        sources.push({ key, name, account, shape, recipe });
      }
    }
  return { sources, missing };
}
