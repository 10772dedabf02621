import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { MigrationFile } from "../migrations/files/reading.ts";
import type { Plan, PlannedFile } from "../migrations/plan/plan.ts";
import type { ChangeApproval } from "./approval.ts";
import { approvedBy } from "./block.ts";
import { digestOfChange } from "./change.ts";
import { migrationChanges } from "./migration.ts";

/** The step of a database's migrations that is looked at. */
export interface MigrationStep {
  readonly stage: string;
  /** `<system>/<database>` */
  readonly label: string;
  readonly phase: "expand" | "contract";
  /** Of the database; undefined where the stage is not protected and none is needed. */
  readonly approvals?: readonly ChangeApproval[] | undefined;
}

/** What running code does not survive: a file says why it may be so all the same. */
const incompatible = "BC1";

/** File → who approved of it. @param files the whole folder */
export function approvalsOfFiles(
  { stage, label, approvals = [] }: MigrationStep,
  files: readonly MigrationFile[],
): ReadonlyMap<string, ChangeApproval> {
  return new Map(
    migrationChanges(stage, label, files).flatMap(({ file, change }) => {
      const digest = digestOfChange(change);
      const given = approvals.find((each) => each.digest === digest);
      return given === undefined ? [] : [[file.name, given] as const];
    }),
  );
}

/**
 * Files of a protected stage that a comment in them lets lose something, or break running code, and that nobody has approved of. The comment is
 * written with the file, months before it meets this database; the approval is about this stage, now.
 */
export function unapprovedFiles(
  given: MigrationStep,
  plan: Pick<Plan, "isNew" | "expand" | "contract">,
  files: readonly MigrationFile[],
): readonly Diagnostic[] {
  if (given.approvals === undefined || plan.isNew) return [];
  const approved = approvalsOfFiles(given, files);
  const digests = new Map(
    migrationChanges(given.stage, given.label, files).map(({ file, change }) => [
      file.name,
      digestOfChange(change),
    ]),
  );
  return plan[given.phase].flatMap((planned): readonly Diagnostic[] => {
    const harm = harmOf(planned);
    const digest = digests.get(planned.file.name);
    if (harm.length === 0 || digest === undefined || approved.has(planned.file.name)) return [];
    return [
      {
        what: `${planned.file.name} loses data of a protected stage or breaks what runs, and nobody has approved of it`,
        where: `${planned.file.path}:${harm[0]?.line ?? 1}, in ${given.stage}`,
        got: harm.map(({ text }) => text).join("; "),
        expected: `a migration that loses nothing, or an approval in the stack file with this file's digest, ${digest}`,
        fix: `leave the file out for now, or have it approved: ${approvedBy([{ resource: given.label, digest }], given.stage)}`,
      },
    ];
  });
}

interface Harm {
  readonly line: number;
  readonly text: string;
}

const harmOf = ({ findings, rows }: PlannedFile): readonly Harm[] =>
  findings
    .filter(
      ({ waived, waiver, code }) => waived !== undefined && (waiver === "data-loss" || code === incompatible),
    )
    .map(({ code, message, line, statement = -1, waived }) => {
      const reached = rows.get(statement);
      const count = reached === undefined ? "" : `, ${reached} ${reached === 1 ? "row" : "rows"}`;
      return { line, text: `${code}: ${message}${count} ("${waived}")` };
    });
