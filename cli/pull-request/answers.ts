import { z } from "zod";
import { changesOf, type PlanDigest, type PlannedChange, planDigest } from "../stack/plan/plan-digest.ts";
import type { Change, Database, Finding, ReportInput } from "./input.ts";
import { labelOf } from "./verdict.ts";

/** Why a verb that gave JSON has failed all the same. */
export interface Failed {
  readonly failed: string;
}

/** What a verb's JSON comes to in a report. Throws where it has another form: then the verb is said to have failed. */
export type Reading<Value> = (json: unknown, exitCode: number) => Value | Failed;

export interface Preview {
  readonly isUp: boolean;
  readonly changes: readonly Change[];
  readonly messages: readonly string[];
  /** As the engine told it. */
  readonly digest: PlanDigest;
}

/** Of `preview --json`: names, never values. Where the exit code is not 0 there is no plan, and what is wrong stands among the messages. */
export const readPreview: Reading<Preview> = (json, exitCode) => {
  const digest = planDigest.parse(json);
  const said = (digest.diagnostics ?? []).map(({ message, severity: level }) => ({
    message: message?.trim() ?? "",
    isError: level === "error",
  }));
  if (exitCode !== 0) {
    const errors = said.filter(({ isError }) => isError).map(({ message }) => message);
    return { failed: errors.join("\n\n") || `exit code ${exitCode}` };
  }
  const known = Object.entries(digest.changeSummary ?? {}).filter(
    ([op]) => op !== "create" && op !== "import",
  );
  return {
    isUp: known.some(([, count]) => count > 0),
    changes: changesOf(digest)
      .filter(
        ({ type }) =>
          !type.startsWith("lockstep:") &&
          type !== "pulumi:pulumi:Stack" &&
          // Where the stack is deployed to, as it notes it down for itself.
          labelOf(type) !== "Target" &&
          !type.startsWith("pulumi:providers:"),
      )
      .map(changeOf),
    messages: said.flatMap(({ message }) => (message === "" ? [] : [message])),
    digest,
  };
};

const changeOf = ({ type, name, ops, paths }: PlannedChange): Change => ({
  type,
  name,
  ops: [...ops],
  settings: [...new Set(paths.map((path) => /^\w+/.exec(path)?.[0] ?? path))].toSorted(),
});

const diagnostic = z.looseObject({ what: z.string(), where: z.string(), fix: z.string() });
const severity = z.enum(["error", "warning", "info"]);

const planned = z.array(
  z.looseObject({
    database: z.string(),
    exists: z.boolean(),
    applied: z.array(z.string()),
    drift: z.array(z.unknown()),
    refusals: z.array(diagnostic),
    findings: z.array(
      z.looseObject({
        code: z.string(),
        severity,
        file: z.string(),
        line: z.number(),
        message: z.string(),
        fix: z.string(),
        waived: z.string().optional(),
      }),
    ),
    statements: z.array(
      z.object({
        file: z.string(),
        phase: z.enum(["expand", "contract", "waiting"]),
        line: z.number(),
        summary: z.string(),
        sql: z.string(),
        rows: z.number().optional(),
      }),
    ),
    costs: z.array(z.string()),
  }),
);

/** Of `db plan --json`. */
export const readDatabases: Reading<Database[]> = (json) =>
  planned.parse(json).map(({ database, exists, applied, drift, refusals, findings, statements, costs }) => ({
    name: database,
    exists,
    applied: applied.length,
    statements,
    drift: drift.length,
    costs,
    refusals: refusals.map(({ what, where, fix }) => ({ severity: "error" as const, what, where, fix })),
    findings: findings.map(({ code, severity: level, file, line, message, fix, waived }) => ({
      severity: level,
      rule: code,
      what: message,
      where: `${file}:${line}`,
      fix,
      ...(waived !== undefined && { waived }),
    })),
  }));

const judged = z.looseObject({
  findings: z.array(
    z.looseObject({
      rule: z.string(),
      outcome: z.enum(["mandatory", "advisory", "cannotTell"]),
      urn: z.string().nullish(),
      message: z.string(),
      remediation: z.string().nullish(),
    }),
  ),
});
const levels = { mandatory: "error", advisory: "warning", cannotTell: "info" } as const;

/** Of `policy --json`. */
export const readPolicy: Reading<Finding[]> = (json) =>
  judged.parse(json).findings.map(({ rule, outcome, urn, message, remediation }) => ({
    severity: levels[outcome],
    rule,
    what: message,
    where: urn?.split("::").at(-1) ?? "",
    fix: remediation ?? "",
  }));

const validated = z.looseObject({
  findings: z.array(
    z.looseObject({
      file: z.string(),
      line: z.number(),
      severity,
      code: z.string().optional(),
      what: z.string(),
      fix: z.string(),
    }),
  ),
});

/** Of `validate --json`. */
export const readFindings: Reading<Finding[]> = (json) =>
  validated.parse(json).findings.map(({ file, line, severity: level, code, what, fix }) => ({
    severity: level,
    ...(code !== undefined && { rule: code }),
    what,
    where: `${file}:${line}`,
    fix,
  }));

/** Of `diagram --json`. */
export const readGraphs = (json: unknown, graphs: z.ZodType<ReportInput["graphs"]>): ReportInput["graphs"] =>
  z.looseObject({ systems: graphs }).parse(json).systems;
