import type { Complaint } from "../userError.ts";
import { checkCorpus, corpusLine, type SchemaPoint } from "./corpus.ts";
import { corpusFolder, knownStatements } from "./corpusFile.ts";
import type { Plan } from "./plan.ts";

/** Refusals for statements of the workers that would not work with the schema that this plan leaves. */
export function brokenCode(plan: Plan, root: string): readonly Complaint[] {
  const files = [...plan.expand, ...plan.contract];
  if (files.length === 0) return [];
  const statements = knownStatements(root, plan.label);
  const points: SchemaPoint[] = [
    { by: undefined, schema: plan.schema },
    ...files.map(({ file, schemaAfter }) => ({ by: file.name, schema: schemaAfter })),
  ];
  const system = plan.label.split("/")[0] ?? "";
  return checkCorpus(statements, points).map((problem) => ({
    what: `${problem.worker} would break: ${problem.error}`,
    where: problem.brokenBy === undefined ? plan.label : `${plan.folder}/${problem.brokenBy}`,
    got: corpusLine(problem),
    expected: `every known statement to work (${statements.length} of ${plan.label} are known: those that were exercised)`,
    fix: `release code that does without it first, or change the migration; when the code is changed already, record it again: just db corpus (${corpusFolder(system)})`,
  }));
}
