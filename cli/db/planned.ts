import { bindersOf } from "../../src/declare/graph.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { inPlace } from "../../src/diagnostic/sentence.ts";
import { placedDiagnostic } from "../../src/diagnostic/user-error.ts";
import { withCode } from "../../src/migrations/code/code-check.ts";
import { newCodeCosts, withCosts } from "../../src/migrations/cost/preview-costs.ts";
import { databaseOf, planLive, planNew } from "../../src/migrations/plan/job.ts";
import type { Plan } from "../../src/migrations/plan/plan.ts";
import type { SystemStatements } from "../../src/statements/kept.ts";
import { codeOf } from "./code.ts";
import type { DeclaredDatabase } from "./databases.ts";
import { openedNow } from "./opened.ts";
import { commandPlace } from "./place.ts";
import { endpointOf, jobOf, type Site } from "./site.ts";

/** What an `up` would do to one database, as far as can be told before. */
export interface Planned {
  readonly database: DeclaredDatabase;
  readonly exists: boolean;
  readonly plan: Plan;
  /** How much is known of the code that runs on it, and what it will cost. */
  readonly code: readonly string[];
  /** Of that, what statements cost from then on. */
  readonly costs: readonly string[];
  /** What the code as it lies here gives to the databases of the system. */
  readonly written: SystemStatements;
}

/** Plans one database of a stage against what it is now, with what the code says to that. Changes nothing. */
export async function planned(site: Site, database: DeclaredDatabase, root: string): Promise<Planned> {
  const exists = (await endpointOf(site, database)) !== undefined;
  const workers = bindersOf(database.system, database.declared).map((worker) =>
    physicalName(worker, site.stage),
  );
  const written = await codeOf(database.system, root);
  if (exists) {
    const job = {
      ...(await jobOf(site, database, root)),
      opened: await openedNow(site, database.key, root),
    };
    const coded = await withCode(await planLive(job), { root, workers, job, written });
    const at = commandPlace(site, { root });
    const held = await withCosts(coded, databaseOf(job), at);
    const alone = (await newCodeCosts({ root, workers, job, written })).map((line) => inPlace(line, at));
    return {
      database,
      exists,
      written,
      plan: typed(held.plan, site, root),
      code: [...held.lines, ...(alone.length === 0 ? [] : [`  ${database.key}: new in the code`]), ...alone],
      costs: [...held.lines.slice(coded.lines.length), ...alone],
    };
  }
  const folder = database.declared.migrations ?? "";
  const fresh = { label: database.key, folder, directory: `${root}/${folder}`, opened: undefined };
  const held = await withCode(planNew(fresh), { root, workers, job: undefined, written });
  return { database, exists, written, plan: typed(held.plan, site, root), code: held.lines, costs: [] };
}

/** A plan whose repairs can be copied. */
const typed = (plan: Plan, site: Site, root: string): Plan => ({
  ...plan,
  refusals: plan.refusals.map((diagnostic) => placedDiagnostic(diagnostic, commandPlace(site, { root }))),
});
