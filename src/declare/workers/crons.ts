import type { Worker } from "./worker.ts";

/** The worker's cron expressions in a stage; undefined for one that never had any. A stage that is not named has none. */
export function cronsIn({ crons }: Pick<Worker, "crons">, stage: string): readonly string[] | undefined {
  return crons === undefined || isList(crons) ? crons : (crons[stage] ?? []);
}

/** All its cron expressions, of every stage. */
export const everyCron = ({ crons = [] }: Pick<Worker, "crons">): readonly string[] =>
  isList(crons) ? crons : Object.values(crons).flat();

/** The names of stages that its cron expressions are for. */
export const cronStages = ({ crons = [] }: Pick<Worker, "crons">): readonly string[] =>
  isList(crons) ? [] : Object.keys(crons);

const isList = (crons: NonNullable<Worker["crons"]>): crons is readonly string[] => Array.isArray(crons);
