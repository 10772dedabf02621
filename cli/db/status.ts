import { bindersOf } from "../../src/declare/graph.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, inPlace, lines, sentence } from "../../src/diagnostic/sentence.ts";
import { placedDiagnostic } from "../../src/diagnostic/user-error.ts";
import { withCode } from "../../src/migrations/code/code-check.ts";
import { newCodeCosts, withCosts } from "../../src/migrations/cost/preview-costs.ts";
import { databaseOf, planLive, planNew } from "../../src/migrations/plan/job.ts";
import type { Plan } from "../../src/migrations/plan/plan.ts";
import { planLines } from "../../src/migrations/plan/plan-text.ts";
import { table } from "../../toolchain/table.ts";
import { codeOf } from "./code.ts";
import type { Command, Given } from "./command.ts";
import { chosen, type DeclaredDatabase } from "./databases.ts";
import { openedNow } from "./opened.ts";
import { commandPlace, type Place, placeOf, placeOptions } from "./place.ts";
import { endpointOf, jobOf, type Site, siteOf } from "./site.ts";

interface Planned {
  readonly database: DeclaredDatabase;
  readonly exists: boolean;
  readonly plan: Plan;
  /** How much is known of the code that runs on it. */
  readonly code: readonly string[];
  /** Those of these lines that say which statements read more rows from then on. */
  readonly costs: readonly string[];
}

async function plans(given: Given, place: Place): Promise<readonly Planned[]> {
  const databases = chosen(given.project, place.words[0], place.stage.name);
  const site = await siteOf(place, given);
  return Promise.all(databases.map((database) => planned(site, database, given.root)));
}

async function planned(site: Site, database: DeclaredDatabase, root: string): Promise<Planned> {
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
      plan: typed(held.plan, site, root),
      code: [...held.lines, ...(alone.length === 0 ? [] : [`  ${database.key}: new in the code`]), ...alone],
      costs: [...held.lines.slice(coded.lines.length), ...alone],
    };
  }
  const folder = database.declared.migrations ?? "";
  const fresh = { label: database.key, folder, directory: `${root}/${folder}`, opened: undefined };
  const held = await withCode(planNew(fresh), { root, workers, job: undefined, written });
  return { database, exists, plan: typed(held.plan, site, root), code: held.lines, costs: [] };
}

/** A plan whose repairs can be copied. */
const typed = (plan: Plan, site: Site, root: string): Plan => ({
  ...plan,
  refusals: plan.refusals.map((diagnostic) => placedDiagnostic(diagnostic, commandPlace(site, { root }))),
});

const names = (files: Plan["expand"]): string[] => files.map(({ file }) => file.name);

const asValue = ({ database, exists, plan }: Planned): object => ({
  database: database.key,
  exists,
  applied: plan.applied.map(({ name }) => name),
  expand: names(plan.expand),
  contract: names(plan.contract),
  waiting: names(plan.waiting),
  squash: plan.squash?.file.name,
  drift: plan.drift,
  refusals: plan.refusals,
});

/** What pending files do, statement by statement, with the rows that each reaches of those that may lose something. */
const statementsOf = (plan: Plan): readonly object[] =>
  (["expand", "contract", "waiting"] as const).flatMap((phase) =>
    plan[phase].flatMap(({ file, effects, rows }) =>
      effects.map(({ line, summary }, i) => ({
        file: file.name,
        phase,
        line,
        summary,
        sql: file.statements[i]?.sql ?? "",
        rows: rows.get(i),
      })),
    ),
  );

/** `status`: one line a database. */
export const status: Command = {
  name: "status",
  usage: "status [<stage>] [<database>]",
  summary: "what is applied, pending, waiting or drifted",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    const all = await plans(given, place);
    const remedy = sentence`what to do about it: ${command("db plan", { stage: place.stage.name })}`;
    const rows = all.map(({ database, exists, plan }) => [
      database.key,
      exists ? plan.applied.length : 0,
      plan.expand.length,
      plan.contract.length + plan.waiting.length,
      plan.drift.length,
      plan.refusals.length === 0 ? (exists ? "" : "not created yet") : (plan.refusals[0]?.what ?? ""),
    ]);
    return {
      value: all.map(asValue),
      text: lines([
        table(["database", "applied", "pending", "contract", "drift", ""], rows),
        ...(all.some(({ plan }) => plan.refusals.length > 0) ? ["", remedy] : []),
      ]),
      ok: all.every(({ plan }) => plan.refusals.length === 0),
    };
  },
};

/** `plan`: what the next up would do, statement by statement. */
export const plan: Command = {
  name: "plan",
  usage: "plan [<stage>] [<database>]",
  summary: "what the next up would do, statement by statement",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    const all = await plans(given, place);
    const at = commandPlace(place, given);
    const told = all.flatMap(({ plan: each, code }) => [...planLines(each, at), ...code]);
    return {
      value: all.map((each) => ({
        ...asValue(each),
        findings: [...each.plan.expand, ...each.plan.contract].flatMap(({ findings }) => findings),
        statements: statementsOf(each.plan),
        costs: each.costs,
      })),
      text: told.length === 0 ? "nothing is pending" : told.join("\n"),
      ok: all.every(({ plan: each }) => each.refusals.length === 0),
    };
  },
};
