import type { CommandPlace } from "../../diagnostic/place.ts";
import { command, inPlace, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { HeldPlan } from "../code/code-check.ts";
import type { CorpusStatement, SchemaPoint } from "../code/corpus.ts";
import { type CodeQuestion, newCode } from "../code/known-code.ts";
import type { Database } from "../database/database.ts";
import { droppedIndex } from "../lint/rules/dropped-index.ts";
import { databaseOf, type Job, planLive } from "../plan/job.ts";
import type { Plan, PlannedFile } from "../plan/plan.ts";
import { parse } from "../sql/action.ts";
import { fold } from "../sql/structure.ts";
import { askedBy } from "./costly.ts";
import { type Billed, liveCosts } from "./live-costs.ts";
import { countText } from "./row-counts.ts";
import { statementText } from "./statement-text.ts";

/** From so many rows on a statement does not lose its index unsaid: each time that it runs reads them all. */
const refusedFromRows = 100_000;

/** What a plan is told to cost. */
export interface PreviewCosts {
  readonly lines: readonly Sentence[];
  /** For an index that goes under a known statement, from 100,000 rows on, unless the file says that it may. */
  readonly refusals: readonly Diagnostic[];
}

const nothing: PreviewCosts = { lines: [], refusals: [] };

/** Whether a plan's costs could refuse it: only then is it worth asking where nobody is told the rest. */
export const mayBeRefused = (plan: Plan): boolean =>
  [...plan.expand, ...plan.contract].some((planned) => openDrops(planned).length > 0);

/**
 * Holds the statements of the code against today's schema and the one that the pending files leave: which of them go through a large
 * table from then on and did not before, and which new ones do. What is so already is no news: `db advise` tells it.
 * @param isNew whether a statement is one that nobody has run yet
 */
export async function previewCosts(
  plan: Plan,
  database: Database,
  statements: readonly CorpusStatement[],
  isNew: (sql: string) => boolean = () => false,
): Promise<PreviewCosts> {
  if (plan.isNew || plan.refusals.length > 0) return nothing;
  const files = [...plan.expand, ...plan.contract];
  const asked = askedBy(statements);
  if (files.length === 0 && !asked.some(({ sql }) => isNew(sql))) return nothing;
  const points: SchemaPoint[] = [
    { by: undefined, schema: plan.schema },
    ...files.map(({ file, schemaAfter }) => ({ by: file.name, schema: schemaAfter })),
  ];
  const { billed } = await liveCosts(
    database,
    points,
    asked,
    ({ by, sql, scan }) => by !== undefined || (isNew(sql) && !(scan.stops && /\border\s+by\b/i.test(sql))),
  );
  const told = billed.filter((one) => !isWaived(files, points, one));
  const refused = told.filter(
    (one) => one.rows.rows >= refusedFromRows && dropOf(files, points, one, openDrops) !== undefined,
  );
  return {
    lines:
      told.length === 0
        ? []
        : [
            ...told.map(line),
            sentence`    what would help: ${command("db advise", { database: plan.label })}`,
          ],
    refusals: refused.map((one) => refusal(plan, one)),
  };
}

/** A plan that nothing speaks against, with what its statements cost and with what speaks against that. */
export async function withCosts(
  { plan, lines, statements, isNew }: HeldPlan,
  database: Database | undefined,
  place: CommandPlace,
): Promise<Pick<HeldPlan, "plan" | "lines">> {
  if (database === undefined) return { plan, lines };
  const costs = await previewCosts(plan, database, statements, isNew);
  return {
    plan: { ...plan, refusals: [...plan.refusals, ...costs.refusals] },
    lines: [...lines, ...costs.lines.map((each) => inPlace(each, place))],
  };
}

/** What code costs that comes without a file: what of it is new, on the schema of today. Asks nobody where nothing is. */
export async function newCodeCosts(
  question: CodeQuestion & { readonly job: Job },
): Promise<readonly Sentence[]> {
  const statements = await newCode(question.job.label, question);
  if (statements.length === 0) return [];
  const database = databaseOf(question.job);
  const plan = await planLive(question.job, database);
  if (plan.expand.length > 0 || plan.contract.length > 0) return [];
  return (await previewCosts(plan, database, statements, () => true)).lines;
}

interface Drop {
  readonly index: string;
  readonly waived: boolean;
}

/** The indexes that a file drops under what searches by them. */
const dropsOf = ({ file, findings }: PlannedFile): readonly Drop[] =>
  findings.flatMap(({ code, statement, waived }) => {
    const sql = code === droppedIndex.code ? file.statements[statement ?? -1]?.sql : undefined;
    const action = sql === undefined ? undefined : parse(sql).action;
    return action?.kind === "drop" ? [{ index: action.name, waived: waived !== undefined }] : [];
  });

const openDrops = (planned: PlannedFile): readonly Drop[] => dropsOf(planned).filter(({ waived }) => !waived);

/** The index that the file drops from the table which is gone through from then on. */
function dropOf(
  files: readonly PlannedFile[],
  points: readonly SchemaPoint[],
  { by, scan }: Billed,
  drops: (planned: PlannedFile) => readonly Drop[],
): Drop | undefined {
  const planned = files.find(({ file }) => file.name === by);
  const before = points[points.findIndex((point) => point.by === by) - 1]?.schema;
  if (planned === undefined || by === undefined) return undefined;
  return drops(planned).find(({ index }) =>
    before?.some(
      ({ type, name, tableName }) =>
        type === "index" && fold(name) === fold(index) && fold(tableName) === fold(scan.table),
    ),
  );
}

/** All that the file drops from the table it was said to drop knowingly. */
const isWaived = (files: readonly PlannedFile[], points: readonly SchemaPoint[], one: Billed): boolean =>
  dropOf(files, points, one, openDrops) === undefined && dropOf(files, points, one, dropsOf)?.waived === true;

const reads = ({ scan: { table, stops, nested }, rows }: Billed): string =>
  `${stops ? "may read" : "reads"} all rows of ${table}${nested ? " again and again" : ""} (${countText(rows)}) each time`;

function line(one: Billed): Sentence {
  const since = one.by === undefined ? "it is new" : `from ${one.by} on`;
  return sentence`    warning cost: ${one.workers.join(", ")} ${reads(one)}, ${since}: ${statementText(one.sql)}`;
}

const refusal = (plan: Plan, one: Billed): Diagnostic => ({
  what: `${droppedIndex.code}: ${one.workers.join(", ")} ${reads(one)} without the index that this file drops`,
  where: `${plan.folder}/${one.by}`,
  got: statementText(one.sql),
  expected: `an index for each known statement on a table of ${refusedFromRows.toLocaleString("en")} rows or more: D1 bills each row that is read, and ends what takes longer than 30 seconds`,
  fix: sentence`keep the index, or create the one that replaces it in the same file; when the statement is gone from the code, record it again: ${command("db corpus")}; when it may read all: -- d1:allow ${droppedIndex.code} "why" above the DROP INDEX`,
});
