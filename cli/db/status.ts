import { textStage } from "../../src/declare/physical-name.ts";
import { command, lines, sentence } from "../../src/diagnostic/sentence.ts";
import type { Plan } from "../../src/migrations/plan/plan.ts";
import { planLines } from "../../src/migrations/plan/plan-text.ts";
import { table } from "../../toolchain/table.ts";
import type { Command, Given } from "./command.ts";
import { chosen } from "./databases.ts";
import { commandPlace, type Place, placeOf, placeOptions } from "./place.ts";
import { type Planned, planned } from "./planned.ts";
import { siteOf } from "./site.ts";

async function plans(given: Given, place: Place): Promise<readonly Planned[]> {
  const databases = chosen(given.project, place.words[0], textStage(place.stage));
  const site = await siteOf(place, given);
  return Promise.all(databases.map((database) => planned(site, database, given.root)));
}

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
