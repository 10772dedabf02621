import { z } from "zod";
import { uses } from "../../../src/declare/graph.ts";
import type { D1 } from "../../../src/declare/index.ts";
import { type Fit, versionFits } from "../../../src/migrations/code/version-fits.ts";
import type { Job } from "../../../src/migrations/plan/job.ts";
import { openingShape } from "../../../src/migrations/plan/opening.ts";
import { pastContracts } from "../../../src/resources/workers/rollback-guard.ts";
import { jobOf, type Site } from "../../db/site.ts";
import type { Goal } from "./goal.ts";
import type { OldVersion } from "./version.ts";

/** An old version of a worker, and a database that it binds as it is today. */
export interface Pair {
  readonly goal: Goal;
  readonly old: OldVersion;
  /** `dome/silo`. */
  readonly key: string;
  readonly declared: D1;
  readonly job: Job;
  readonly fit: Fit;
  /** Contract files that ran and that the version is too old for. */
  readonly past: readonly string[];
}

export const openings = z.record(z.string(), openingShape).default({});

/** Holds each old version against the databases that it binds. */
export async function pairsOf(
  olds: ReadonlyMap<Goal, OldVersion>,
  site: Site,
  contracts: z.infer<typeof openings>,
  root: string,
): Promise<readonly Pair[]> {
  const found = await Promise.all(
    [...olds].map(async ([goal, old]) => {
      const { connection, accountId, stage } = site;
      const context = { system: goal.system, accountId, stage, contracts };
      const past = await pastContracts(connection, goal.worker, context, goal.to);
      const declared = uses(goal.worker).flatMap((each) =>
        each.kind === "d1" && each.migrations !== undefined ? [each] : [],
      );
      return Promise.all(
        declared.map(async (each): Promise<Pair> => {
          const key = `${goal.system.name}/${each.name}`;
          const job = await jobOf(site, { key, system: goal.system, declared: each }, root);
          const worker = { script: goal.script, name: goal.worker.name };
          return {
            ...{ goal, old, key, declared: each, job },
            fit: await versionFits(job, worker, goal.to, root),
            past: (past.find(({ database }) => database === each)?.contracts ?? [])
              .filter(({ atMs }) => atMs > old.madeMs)
              .map(({ name }) => name),
          };
        }),
      );
    }),
  );
  return found.flat();
}

export const isBroken = ({ fit, past }: Pair): boolean => fit.broken.length > 0 || past.length > 0;

/** What is known of a pair that is not known to break, in a line. */
export const fitLine = ({ goal, key, fit }: Pair): string =>
  `${goal.label} on ${key}: ${tried[fit.from](fit, goal)}`;

const tried: Readonly<Record<Fit["from"], (fit: Fit, goal: Goal) => string>> = {
  version: ({ statements }, { to }) =>
    `all ${statements.length} statements that version ${to.slice(0, 8)} was seen to run work with today's schema; values were not recorded, so what a CHECK, a unique index or a trigger makes of them is not known`,
  corpus: ({ statements: { length } }) =>
    `${length === 1 ? "the one statement of corpus/ works" : `all ${length} statements of corpus/ work`} with today's schema; of the version itself nothing was recorded`,
  nothing: () => "no statement of it is known, so nothing was tried",
};

/** Why a pair does not work, a line each. */
export const brokenLines = ({ goal, key, fit, past }: Pair): readonly string[] => [
  ...fit.broken.map(
    ({ sql, error }) =>
      `${goal.label} ${goal.to.slice(0, 8)} on ${key}: ${JSON.stringify(sql.replace(/\s+/g, " ").trim().slice(0, 200))}: ${error}`,
  ),
  ...(past.length === 0
    ? []
    : [
        `${goal.label} ${goal.to.slice(0, 8)} on ${key}: it is older than the code that ${past.join(", ")} was opened for`,
      ]),
];

/** What a person has to know before: secrets belong to versions. */
export const secretsLines = (olds: ReadonlyMap<Goal, OldVersion>): readonly string[] =>
  [...olds].flatMap(([{ label, to }, { secrets }]) =>
    secrets.length === 0
      ? []
      : [
          `${label}: ${secrets.join(", ")} ${secrets.length === 1 ? "has the value" : "have the values"} of when version ${to.slice(0, 8)} was uploaded; a secret that was rotated since then is the old one again`,
        ],
  );
