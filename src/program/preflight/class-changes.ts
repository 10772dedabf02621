import { z } from "zod";
import { workersOf } from "../../declare/graph.ts";
import { isLive, type System, type Worker } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { unwrapped } from "../../engine/property-values.ts";
import type { Stage } from "../../project/stage.ts";
import type { StateResource } from "../../reality/state.ts";

const versionType = "cloudflare:index/workerVersion:WorkerVersion";
const exportsShape = z.record(z.string(), z.looseObject({ storage: z.string().optional() }));
const bindingsShape = z.array(
  z.looseObject({
    type: z.string(),
    className: z.string().optional(),
    scriptName: z.string().optional(),
  }),
);

/** Changes of Durable Object classes that Cloudflare would refuse in the middle of an update. */
export const refusedClassChanges = (
  state: readonly StateResource[],
  systems: readonly System[],
  stage: Stage,
): readonly Diagnostic[] =>
  systems.flatMap((system) =>
    workersOf(system).flatMap((worker) => [
      ...otherStorage(state, system, worker),
      ...boundStill(state, system, worker, stage),
    ]),
  );

/** What the last version of a worker had; nothing where it has none yet. */
const classesIn = (state: readonly StateResource[], label: string): z.infer<typeof exportsShape> => {
  const version = state.find(({ type, name }) => type === versionType && name === label);
  return exportsShape.catch({}).parse(unwrapped(version?.outputs["exports"]));
};

function otherStorage(
  state: readonly StateResource[],
  system: System,
  worker: Worker,
): readonly Diagnostic[] {
  const label = `${system.name}/${worker.name}`;
  const before = classesIn(state, label);
  return Object.entries(worker.durableObjects).flatMap(([className, declared]): readonly Diagnostic[] => {
    const was = before[className]?.storage;
    const wanted = declared.storage ?? "sqlite";
    if (!isLive(declared) || was === undefined || was === wanted) return [];
    return [
      {
        what: `Durable Object class ${className} would be stored otherwise, and Cloudflare changes no class's storage`,
        where: `${label}, durableObjects.${className}`,
        got: `storage: "${wanted}"`,
        expected: `storage: "${was}", in which its objects are`,
        fix: `write storage: "${was}"; for the other storage declare another class beside it and move the objects in code`,
      },
    ];
  });
}

/** A class goes only when no version that serves binds it: within one update the binding would still be there. */
function boundStill(
  state: readonly StateResource[],
  system: System,
  worker: Worker,
  stage: Stage,
): readonly Diagnostic[] {
  const label = `${system.name}/${worker.name}`;
  const before = classesIn(state, label);
  const script = physicalName(worker, stage);
  return Object.entries(worker.durableObjects).flatMap(
    ([className, { lifecycle }]): readonly Diagnostic[] => {
      if (lifecycle?.state !== "deleted" || before[className] === undefined) return [];
      const users = state.filter(
        ({ type, name, outputs }) =>
          type === versionType &&
          name !== label &&
          bindingsShape
            .catch([])
            .parse(unwrapped(outputs["bindings"]))
            .some((each) => each.className === className && each.scriptName === script),
      );
      if (users.length === 0) return [];
      const names = users.map(({ name }) => name).join(", ");
      return [
        {
          what: `Durable Object class ${className} is to be deleted, and what serves now still binds it`,
          where: `${label}, durableObjects.${className}`,
          got: `bound by ${names}`,
          expected: "a class that no deployed version binds",
          fix: sentence`in two steps: put the class back as it was and take the binding out of ${names}, then ${command("up")}; write the deletion again and run it once more`,
        },
      ];
    },
  );
}
