import { kindOf } from "../../src/resources/kinds/kinds.ts";
import type { Change, StageReport } from "./input.ts";
import { isGone, isReplaced, labelOf } from "./verdict.ts";

/** Whether anything would become of a stage, or keeps it from being told. */
export const isChanged = ({ changes, databases, failures, policy }: StageReport): boolean =>
  changes.length > 0 ||
  failures.length > 0 ||
  policy.some(({ severity }) => severity === "error") ||
  databases.some(
    ({ statements, refusals, drift }) => statements.length > 0 || refusals.length > 0 || drift > 0,
  );

/** What is said of each stage. */
export const rows = ["stores", "workers", "migrations", "policy"] as const;

/** What happens to a stage's stores, workers and schemas, in a few words each: Markdown. */
export function stageCells(stage: StageReport): Readonly<Record<(typeof rows)[number], string>> {
  const stores = stage.changes.filter(
    ({ type }) => kindOf(type) !== undefined && kindOf(type)?.kind !== "worker",
  );
  const rest = stage.changes.filter((change) => !stores.includes(change));
  const unplanned = stage.failures.find(({ verb }) => verb === "preview");
  return {
    stores: unplanned === undefined ? counted(stores) : "not planned",
    workers: unplanned === undefined ? counted(workersOf(rest)) : "not planned",
    migrations: migrations(stage),
    policy: policies(stage),
  };
}

/** Parts of a worker: `WorkerVersion`, `WorkersRoute`, … */
const ofWorker = /^(Worker|QueueConsumer|Workflow|FirstVersion)/;

/** Each worker once, with what happens to it itself; what happens to a part of it changes it. */
function workersOf(changes: readonly Change[]): readonly Change[] {
  const byWorker = Map.groupBy(
    changes.filter(({ type }) => ofWorker.test(labelOf(type))),
    ({ name }) => name.split("/").slice(0, 2).join("/"),
  );
  return [...byWorker].map(([name, own]) => {
    const worker = own.find(({ type }) => kindOf(type)?.kind === "worker");
    return { type: "", name, ops: worker?.ops ?? ["update"], settings: [] };
  });
}

function counted(changes: readonly Change[]): string {
  const gone = changes.filter(({ ops }) => isGone(ops));
  const replaced = changes.filter(({ ops }) => !isGone(ops) && isReplaced(ops));
  const made = changes.filter(({ ops }) => ops.includes("create") && !isReplaced(ops) && !isGone(ops));
  const other = changes.length - gone.length - replaced.length - made.length;
  const words = [
    ...(made.length > 0 ? [`${made.length} new`] : []),
    ...(other > 0 ? [`${other} changed`] : []),
    ...(replaced.length > 0 ? [`**${replaced.length} replaced**`] : []),
    ...(gone.length > 0 ? [`**${gone.length} deleted**`] : []),
  ];
  return words.length === 0 ? "–" : words.join(", ");
}

function migrations({ databases, failures }: StageReport): string {
  if (failures.some(({ verb }) => verb === "db plan")) return "not planned";
  const refused = databases.filter(({ refusals }) => refusals.length > 0).length;
  const files = (waits: boolean): number =>
    new Set(
      databases.flatMap(({ name, statements }) =>
        statements.flatMap(({ file, phase }) => ((phase === "waiting") === waits ? [`${name} ${file}`] : [])),
      ),
    ).size;
  const words = [
    ...(refused > 0 ? [`**${refused} refused**`] : []),
    ...(files(false) > 0 ? [`${files(false)} to run`] : []),
    ...(files(true) > 0 ? [`${files(true)} waiting`] : []),
  ];
  return words.length === 0 ? "–" : words.join(", ");
}

function policies({ policy, failures }: StageReport): string {
  if (failures.some(({ verb }) => verb === "policy")) return "not judged";
  const of = (wanted: string): number => policy.filter(({ severity }) => severity === wanted).length;
  const words = [
    ...(of("error") > 0 ? [`**${of("error")} refused**`] : []),
    ...(of("warning") > 0 ? [`${of("warning")} warned of`] : []),
  ];
  return words.length === 0 ? "kept" : words.join(", ");
}
