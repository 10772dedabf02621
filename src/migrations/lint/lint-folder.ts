import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandPlace, unplaced } from "../../diagnostic/place.ts";
import { placedDiagnostic, UserError } from "../../diagnostic/user-error.ts";
import { chainDiagnostic, chainFileName, chainProblems, readChain } from "../files/chain.ts";
import { type MigrationFile, migrationName, readMigration, sqlNames } from "../files/reading.ts";
import { openStage, type Replay } from "../shadow/replay.ts";
import { answered, type LintedFile, lint } from "./lint.ts";
import { naming } from "./rules/naming.ts";
import type { CheckFacts, Severity } from "./rules/rule.ts";
import { unusedWaiver } from "./waivers.ts";

/** RD1: a file that is no migration at all. */
export const unreadableFile: CheckFacts = {
  code: "RD1",
  title: "a file that cannot be read (`lint` of a folder)",
  severity: "error",
  waiver: "none",
};

/** CH1: the chain against the files. */
export const brokenChain: CheckFacts = {
  code: "CH1",
  title: "a chain that does not fit (`lint` of a folder)",
  severity: "error",
  except: "but a file that is not in it yet is a warning",
  waiver: "none",
};

/** One finding as `lint --json` prints it. */
export interface FolderFinding {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
}

/**
 * Lints any folder of SQL files with no database at hand: each file against the schema that the files before it leave,
 * whose tables are taken to hold rows. Findings that a waiver sets aside are not in the list.
 * @param place where the commands in it are to work. @default a process that knows no stage
 */
export function lintFolder(folder: string, place: CommandPlace = unplaced()): readonly FolderFinding[] {
  const findings: FolderFinding[] = [];
  const files: MigrationFile[] = [];
  const names = sqlNames(folder);
  findings.push(...numbering(folder, names));
  for (const name of names) {
    const file = readOrReport(name, join(folder, name), findings, place);
    if (file !== undefined) files.push(file);
  }
  const stage = openStage([]);
  try {
    for (const [i, file] of files.entries()) {
      const replay = stage.replay(file, files.slice(i + 1));
      const linted = withoutNeeded(
        answered(lint(replay), () => undefined),
        replay,
      );
      for (const { line, code, severity, message, fix, waived } of linted.findings) {
        if (waived === undefined) findings.push({ file: file.path, line, code, severity, message, fix });
      }
      stage.settle();
    }
  } finally {
    stage.close();
  }
  return [...findings, ...chainFindings(folder, files, place)];
}

/** Without the waivers that meet nothing here, but would in a plan: that knows no row which earlier files insert. */
function withoutNeeded(linted: LintedFile, { before, file }: Replay): LintedFile {
  const isUnused = ({ code }: { readonly code: string }): boolean => code === unusedWaiver.code;
  if (!linted.findings.some(isUnused)) return linted;
  const stage = openStage(before.objects);
  try {
    const planned = lint(stage.replay(file)).findings.filter(isUnused);
    const stays = (line: number, message: string): boolean =>
      planned.some((one) => one.line === line && one.message === message);
    return {
      ...linted,
      findings: linted.findings.filter((one) => !isUnused(one) || stays(one.line, one.message)),
    };
  } finally {
    stage.close();
  }
}

function readOrReport(
  name: string,
  path: string,
  findings: FolderFinding[],
  place: CommandPlace,
): MigrationFile | undefined {
  // A wrong name is reported with the folder; what the file does is linted all the same.
  const legal = migrationName.test(name) ? name : "0000_unnamed.sql";
  try {
    return { ...readMigration(legal, path, readFileSync(path)), name };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, where, got, expected, fix } = placedDiagnostic(error.diagnostic, place);
    const line = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
    findings.push({
      file: path,
      line,
      code: unreadableFile.code,
      severity: unreadableFile.severity,
      message: `${what}: ${got}; expected ${expected}`,
      fix,
    });
    return undefined;
  }
}

function numbering(folder: string, names: readonly string[]): readonly FolderFinding[] {
  const findings: FolderFinding[] = [];
  let last: { readonly number: number; readonly name: string } | undefined;
  for (const name of names) {
    const say = (severity: Severity, message: string, fix: string): void => {
      findings.push({ file: join(folder, name), line: 1, code: naming.code, severity, message, fix });
    };
    const digits = migrationName.exec(name)?.[1];
    if (digits === undefined) {
      say(
        "error",
        `the name ${name} is not NNNN_snake_case.sql`,
        "rename the file, unless it is applied already",
      );
      continue;
    }
    const number = Number(digits);
    if (last?.number === number)
      say(
        "error",
        `${name} and ${last.name} have the same number`,
        "give the one that is applied nowhere yet the next free number",
      );
    else if (last !== undefined && number > last.number + 1)
      say(
        "warning",
        `numbers jump from ${last.name} to ${name}`,
        "a gap invites a file in the middle: use the next number",
      );
    last = { number, name };
  }
  return findings;
}

function chainFindings(
  folder: string,
  files: readonly MigrationFile[],
  place: CommandPlace,
): readonly FolderFinding[] {
  try {
    const chain = readChain(folder);
    if (chain === undefined) return [];
    return chainProblems(files, chain).map((problem) => {
      const { diagnostic } = chainDiagnostic(folder, problem);
      const { what, got, expected, fix } = placedDiagnostic(diagnostic, place);
      const severity = problem.kind === "unrecorded" ? "warning" : brokenChain.severity;
      return {
        file: join(folder, chainFileName),
        line: problem.line,
        code: brokenChain.code,
        severity,
        message: `${what}: got ${got}, expected ${expected}`,
        fix,
      };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, where, got, fix } = placedDiagnostic(error.diagnostic, place);
    return [
      {
        file: join(folder, chainFileName),
        line: Number(/:(\d+)$/.exec(where)?.[1] ?? 1),
        code: brokenChain.code,
        severity: brokenChain.severity,
        message: `${what}: ${got}`,
        fix,
      },
    ];
  }
}
