import type { Waiver } from "../files/directives.ts";
import type { MigrationFile } from "../files/reading.ts";
import { parse } from "../sql/action.ts";
import type { CheckFacts, Finding } from "./rules/rule.ts";

/** The comments of one file that set findings aside, and which of them were used. */
export interface Waivers {
  /** The reason that sets a finding aside; undefined when nothing does. */
  readonly reason: (check: Pick<CheckFacts, "code" | "waiver">, finding: Finding) => string | undefined;
  /** Findings of {@link unusedWaiver}: to be asked for when every other finding was. */
  readonly unused: () => readonly Finding[];
}

/** WV1: a waiver that meets nothing is a mistake: perhaps its code, perhaps the statement it stands above. */
export const unusedWaiver: CheckFacts = {
  code: "WV1",
  title: "a waiver that meets no finding",
  severity: "warning",
  waiver: "none",
};

export function waiversOf(file: MigrationFile): Waivers {
  const used = new Set<Waiver>();
  /** Indexes of statements whose `-- d1:data-loss` was used. */
  const usedLosses = new Set<number>();
  const reasonOf = (waiver: Waiver | undefined): string | undefined => {
    if (waiver !== undefined) used.add(waiver);
    return waiver?.reason;
  };
  return {
    reason: ({ code, waiver }, finding) => {
      if (waiver === "none" || finding.waivable === false) return undefined;
      if (waiver === "override") return reasonOf(file.overrides.find((one) => one.code === code));
      const index = finding.statement ?? -1;
      const statement = file.statements[index];
      if (statement === undefined) return undefined;
      const allowed = reasonOf(statement.waivers.find((one) => one.code === code));
      const loss = waiver === "data-loss" ? statement.dataLoss : undefined;
      if (loss !== undefined) usedLosses.add(index);
      const replaces =
        file.replaces?.code === code && isReplace(statement.sql) ? reasonOf(file.replaces) : undefined;
      return allowed ?? loss ?? replaces;
    },
    unused: () => [
      ...file.statements.flatMap((statement, index) => [
        ...statement.waivers
          .filter((waiver) => !used.has(waiver))
          .map((waiver) => idle(waiver.line, `-- d1:allow ${waiver.code}`)),
        ...(statement.dataLoss !== undefined && !usedLosses.has(index)
          ? [idle(statement.line, "-- d1:data-loss")]
          : []),
      ]),
      ...(file.replaces !== undefined && !used.has(file.replaces)
        ? [idle(file.replaces.line, "-- d1:replaces")]
        : []),
      ...file.overrides
        .filter((waiver) => !used.has(waiver))
        .map((waiver) => idle(waiver.line, `-- d1:override ${waiver.code}`)),
    ],
  };
}

/** Many of them are one decision: what a file of settings holds is what holds. */
function isReplace(sql: string): boolean {
  const { action } = parse(sql);
  return action.kind === "insert" && action.conflict === "REPLACE";
}

const idle = (line: number, comment: string): Finding => ({
  line,
  statement: undefined,
  message: `${comment} meets no finding`,
  fix: "take it out, or move it above the statement that it is for",
});
