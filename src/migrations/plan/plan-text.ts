import { type CommandPlace, unplaced } from "../../diagnostic/place.ts";
import { command, inPlace } from "../../diagnostic/sentence.ts";
import { type PlacedDiagnostic, placedDiagnostic } from "../../diagnostic/user-error.ts";
import { differenceLine } from "../shadow/differences.ts";
import type { Plan, PlannedFile } from "./plan.ts";

/**
 * A plan as lines for a person; none when there is nothing to do and nothing to say.
 * @param place where the commands in it are to work. @default a process that knows no stage
 */
export function planLines(plan: Plan, place: CommandPlace = unplaced()): readonly string[] {
  if (plan.refusals.length > 0)
    return [
      `${plan.label}: refused`,
      ...plan.refusals.flatMap((each) => diagnosticLines(placedDiagnostic(each, place))),
    ];
  const lines: string[] = [];
  const pending = plan.expand.length + plan.contract.length;
  if (plan.isNew && pending > 0)
    lines.push(`${plan.label}: new database, ${pending === 1 ? "its one file" : `all ${pending} files`}`);
  else if (pending > 0) lines.push(`${plan.label}: ${pending} pending`);
  if (plan.adopted.length > 0)
    lines.push(
      `${plan.label}: ${several(plan.adopted.map(({ name }) => name))} applied by wrangler: taken over, the schema is what the files make`,
    );
  if (plan.squash !== undefined)
    lines.push(
      `${plan.label}: ${plan.squash.file.name} takes the place of ${several(plan.squash.names)} in the ledger: they are applied, and no table and no row is touched`,
    );
  if (plan.unledgered.length > 0)
    lines.push(
      `${plan.label}: ${several(plan.unledgered.map(({ name }) => name))} applied by our log, and not in the ledger: its row comes back`,
    );
  for (const difference of plan.drift) lines.push(`  drift  ${differenceLine(difference)}`);
  for (const file of plan.expand) lines.push(...fileLines(file, plan.isNew ? "" : "before the code"));
  for (const file of plan.contract) lines.push(...fileLines(file, "contract, opened"));
  const open = command("db contract");
  for (const { file } of plan.waiting)
    lines.push(`${plan.label}: ${file.name} waits (contract): open it with: ${inPlace(open, place)}`);
  return lines;
}

const several = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.length} files (${names[0]} … ${names.at(-1)})`;

function fileLines(planned: PlannedFile, when: string): readonly string[] {
  const { file } = planned;
  const via = planned.transport === "query" ? "" : `, by ${planned.transport}`;
  return [
    `  ${file.name}  ${file.statements.length} ${file.statements.length === 1 ? "statement" : "statements"}${when === "" ? "" : `, ${when}`}${via}`,
    ...planned.effects.map(
      ({ line, summary }, i) => `    ${String(line).padStart(4)}  ${summary}${rows(planned, i)}`,
    ),
    ...planned.findings
      .filter(({ severity, waived }) => severity !== "info" || waived !== undefined)
      .map(
        ({ code, line, severity, message, waived }) =>
          `    ${String(line).padStart(4)}  ${waived === undefined ? severity : "waived"} ${code}: ${message}${waived === undefined ? "" : ` ("${waived}")`}`,
      ),
    ...planned.verifications.map(({ line, label }) => `    ${String(line).padStart(4)}  verifies: ${label}`),
  ];
}

const rows = (planned: PlannedFile, statement: number): string => {
  const count = planned.rows.get(statement);
  return count === undefined ? "" : `  (${count} ${count === 1 ? "row" : "rows"})`;
};

const diagnosticLines = (diagnostic: PlacedDiagnostic): readonly string[] => [
  `  ${diagnostic.what}`,
  `    where:    ${diagnostic.where}`,
  `    got:      ${diagnostic.got.replaceAll("\n", "\n    ")}`,
  `    expected: ${diagnostic.expected}`,
  `    fix:      ${diagnostic.fix.replaceAll("\n", "\n    ")}`,
];
