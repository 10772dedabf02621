import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandPlace, unplaced } from "../../diagnostic/place.ts";
import { command, inPlace, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import { placedDiagnostic, UserError } from "../../diagnostic/user-error.ts";
import { chainDiagnostic, chainFileName, chainProblems, type Link, readChain } from "../files/chain.ts";
import { migrationNames, numberOf, usualName } from "../files/names.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { squashProblems } from "../files/squashed.ts";
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
export const lintFolder = (folder: string, place: CommandPlace = unplaced()): readonly FolderFinding[] => {
  const { findings, files } = lintFiles(folder, place);
  return [...findings, ...lintChain(folder, files, place)];
};

/** A folder's files, those that can be read, and what is wrong with them. */
export interface LintedFolder {
  readonly findings: readonly FolderFinding[];
  readonly files: readonly MigrationFile[];
}

/** The same without the chain file. */
export function lintFiles(folder: string, place: CommandPlace = unplaced()): LintedFolder {
  const findings: FolderFinding[] = [];
  const files: MigrationFile[] = [];
  const names = migrationNames(folder);
  findings.push(...numbering(folder, names, place));
  for (const name of names) {
    const file = readOrReport(name, join(folder, name), findings, place);
    if (file !== undefined) files.push(file);
  }
  findings.push(...squashing(folder, files, place));
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
  return { findings, files };
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
  try {
    return readMigration(name, path, readFileSync(path));
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

/** Numbers from here on are times: what lies between two of them is no gap. */
const leastTime = 10_000;

function numbering(folder: string, names: readonly string[], place: CommandPlace): readonly FolderFinding[] {
  const findings: FolderFinding[] = [];
  const recorded = new Set(chainIn(folder).map((link) => link.name));
  let last: { readonly number: number; readonly name: string } | undefined;
  for (const name of names) {
    const say = (severity: Severity, message: string, fix: Sentence): void => {
      findings.push({
        file: join(folder, name),
        line: 1,
        code: naming.code,
        severity,
        message,
        fix: inPlace(fix, place),
      });
    };
    if (!usualName.test(name.replace(/\/migration\.sql$/, ".sql")))
      say(
        "warning",
        `the name ${name} is not NNNN_snake_case.sql`,
        sentence`leave it if it is applied anywhere; new files: ${command("db new")}`,
      );
    const number = numberOf(name);
    if (number === undefined) continue;
    if (last?.number === number)
      say(
        recorded.has(name) && recorded.has(last.name) ? "warning" : "error",
        `${name} and ${last.name} have the same number`,
        sentence`give the one that is applied nowhere yet the next free number; if both are applied: ${command("db lint", { update: true })}`,
      );
    else if (last !== undefined && number > last.number + 1 && number < leastTime)
      say(
        "warning",
        `numbers jump from ${last.name} to ${name}`,
        sentence`a gap invites a file in the middle: use the next number`,
      );
    last = { number, name };
  }
  return findings;
}

/** A squashed file beside what it stands for. */
function squashing(
  folder: string,
  files: readonly MigrationFile[],
  place: CommandPlace,
): readonly FolderFinding[] {
  return squashProblems(folder, files).map((problem) => {
    const { what, where, got, expected, fix } = placedDiagnostic(problem, place);
    return {
      file: where,
      line: 1,
      code: naming.code,
      severity: naming.severity,
      message: `${what}: got ${got}, expected ${expected}`,
      fix,
    };
  });
}

/** A chain file that cannot be read is a finding of its own. */
function chainIn(folder: string): readonly Link[] {
  try {
    return readChain(folder) ?? [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** What does not fit between a folder's files and its chain file. */
export function lintChain(
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
