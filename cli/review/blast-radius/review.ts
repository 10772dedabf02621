import { configuredBackup } from "../../../src/backup/declared.ts";
import { connection } from "../../../src/cloudflare/connection.ts";
import { heldIn } from "../../../src/program/losses/held.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { configValues } from "../../../toolchain/stacks/stack-config.ts";
import { declaredDatabases } from "../../db/databases.ts";
import { planned } from "../../db/planned.ts";
import { stageTarget } from "../../stack/account.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { changesOf, type PlanDigest } from "../../stack/plan/plan-digest.ts";
import type { TargetName } from "../../stack/request.ts";
import { stackFileOf } from "../../stack/stack-file.ts";
import { keysOf } from "../../stack/stage-keys.ts";
import { stateOf } from "../../stack/state.ts";
import { knownBackups } from "./backups.ts";
import { migratedBy } from "./by-table.ts";
import { countAll } from "./count.ts";
import type { BlastRadius } from "./radius.ts";
import { radiusOf } from "./radius-of.ts";
import { migratedIn, touchedBy } from "./touched.ts";

/** A plan that is to be looked at, and where. */
export interface Review {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly run: Run;
  readonly project: Project;
  readonly plan: PlanDigest;
}

/** Finds out what a plan reaches: asks the stage's account and its databases, and changes nothing. */
export async function review({ stage, target, run, project, plan }: Review): Promise<BlastRadius> {
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const changes = changesOf(plan);
  const wanted = migratedIn(changes);
  const site = { stage, target, accountId, connection: api };
  const [state, databases] = await Promise.all([
    stateOf(stage, run),
    Promise.all(
      declaredDatabases(project)
        .filter(({ key }) => wanted.includes(key))
        .map((database) => planned(site, database, run.root)),
    ),
  ]);
  const migrations = databases
    .map(({ plan: of, costs }) =>
      migratedBy(
        of,
        costs.map((line) => line.trim()),
      ),
    )
    .filter(({ files, refused }) => files.length > 0 || refused.length > 0);
  const touched = touchedBy(
    changes,
    heldIn(state ?? []),
    migrations.map(({ database }) => database),
  );
  const holds = await countAll(
    api,
    accountId,
    touched.map(({ held: { holder } }) => holder),
  );
  return radiusOf({
    stage: stage.name,
    systems: project.systems,
    plan,
    touched,
    holds,
    migrations,
    code: Object.fromEntries(databases.map(({ database, written }) => [database.system.name, written])),
    backups: await knownBackups(
      {
        root: run.root,
        stage: stage.name,
        target,
        keys: keysOf({ stage, target }, run.root),
        configured: configuredBackup(
          configValues(stackFileOf(stage, target, run.root)),
          project.systems,
          stage,
        ),
      },
      run.env,
    ),
  });
}
