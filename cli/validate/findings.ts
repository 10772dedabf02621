import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkChoices } from "../../policy/configuration.ts";
import { check } from "../../src/declare/check/index.ts";
import type { System } from "../../src/declare/index.ts";
import { textStage } from "../../src/declare/physical-name.ts";
import { type CommandPlace, unplaced } from "../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../src/diagnostic/sentence.ts";
import { type Diagnostic, UserError } from "../../src/diagnostic/user-error.ts";
import { chainFileName, readChain } from "../../src/migrations/files/chain.ts";
import { migrationNames } from "../../src/migrations/files/names.ts";
import { brokenChain, lintFolder } from "../../src/migrations/lint/lint-folder.ts";
import { missingBucketSecrets, refusedBackup } from "../../src/program/preflight/backup-worker.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { hooksOf } from "../../src/release/hooks/conduct.ts";
import { unstartableHooks } from "../../src/release/hooks/program.ts";
import { missingSecrets } from "../../src/settings/check.ts";
import { configuredOf } from "../../src/settings/configured.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { codeFindings } from "./code.ts";
import { type Finding, findingOf, merged, shownFrom } from "./finding.ts";
import { lineFinder } from "./lines.ts";

/** What is validated: a project, and the stages that are looked at. */
export interface Subject {
  readonly project: Project;
  readonly root: string;
  readonly stages: readonly Stage[];
}

/** Everything that can be known to be wrong without an engine and without an account. */
export async function findingsOf(subject: Subject): Promise<readonly Finding[]> {
  const { project, root, stages } = subject;
  const place = unplaced(root);
  const lineOf = lineFinder(project, root);
  const said = (
    diagnostics: readonly Diagnostic[],
    severity: Finding["severity"],
    stage?: Stage,
  ): readonly Finding[] =>
    diagnostics.map((diagnostic) =>
      findingOf(
        diagnostic,
        lineOf({ where: inPlace(diagnostic.where, place), got: diagnostic.got, stage: stage?.name }),
        {
          place,
          root,
          severity,
          stages: stage === undefined ? [] : [stage.name],
        },
      ),
    );
  const judged = await Promise.all(
    stages.map(async (stage) => ({ stage, ...(await ofStage(stage, subject)) })),
  );
  const ofStages = judged.flatMap(({ stage, errors, warnings }) => [
    ...said(errors, "error", stage),
    ...said(warnings, "warning", stage),
  ]);
  const code = await codeFindings(project.systems, root);
  const policies = checkChoices(project.policies ?? {}, {
    where: "policies of project.ts",
    stages: project.stages.map(({ name }) => name),
  });
  const hooks = unstartableHooks(hooksOf(project.systems), { root, env: process.env });
  const ofHooks = (isOfProject: boolean): readonly Diagnostic[] =>
    hooks.flatMap((each) => (each.isOfProject === isOfProject ? [each.diagnostic] : []));
  return merged([
    ...ofStages,
    ...said(ofHooks(true), "error"),
    // Another machine may release, and have it.
    ...said(ofHooks(false), "warning"),
    ...said(policies, "error"),
    ...said(code, "error"),
    ...migrationFindings(project, root, place),
  ]);
}

interface Judged {
  readonly errors: readonly Diagnostic[];
  /** What an `up` would want and a clone may do without: secrets that nobody has set. */
  readonly warnings: readonly Diagnostic[];
}

/** What the stack file says, and what the stage would be given; also of systems that no stage has listed yet. */
async function ofStage(stage: Stage, { project, root }: Subject): Promise<Judged> {
  const stageNames = project.stages.map(({ name }) => name);
  const config = textsOf(join(root, `Pulumi.${stage.name}.yaml`));
  if (config instanceof UserError) return { errors: [config.diagnostic, ...config.others], warnings: [] };
  const { diagnostics, systems, secrets, backup } = configuredOf(project, stage, config);
  // Where only the environment says which account it is, nobody knows yet.
  const accountId = config["cloudflare:accountId"];
  const missing = missingSecrets(Object.keys(secrets), systems, stage).map(
    ({ what, where }) => `${what} ${where}`,
  );
  const isMissing = ({ what, where }: Diagnostic): boolean => missing.includes(`${what} ${where}`);
  const unlisted = project.systems.filter(
    (system) => !systems.includes(system) && (system.stages?.includes(textStage(stage)) ?? true),
  );
  const judge = (of: readonly System[]): readonly Diagnostic[] => check(of, stage, { stageNames, root });
  return {
    errors: [
      ...diagnostics.filter((each) => !isMissing(each)),
      ...judge(systems),
      ...(await refusedBackup({ stage, systems, backup, accountId })),
      ...unlisted.flatMap((system) => judge([system])),
    ],
    warnings: [
      ...diagnostics.filter(isMissing),
      ...missingBucketSecrets({ stage, backup, secrets }, accountId),
    ],
  };
}

/** A stack file's values as the program is given them; what is wrong with the file itself. */
function textsOf(path: string): Readonly<Record<string, string>> | UserError {
  try {
    return Object.fromEntries(
      Object.entries(configValues(path)).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(closed(value)),
      ]),
    );
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** A secret stays closed: that it is there is all that counts. */
function closed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("secure" in value && Object.keys(value).length === 1) return "closed";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
}

/** `db lint` makes a chain file where there is none; an `up` refuses to go on without the one that was committed. */
function withoutChain(label: string, folder: string, root: string, place: CommandPlace): readonly Finding[] {
  const path = join(root, folder);
  if (migrationNames(path).length === 0 || readChain(path) !== undefined) return [];
  return [
    findingOf(
      {
        what: "The folder has no chain file",
        where: `${label}, ${folder}`,
        got: `no ${chainFileName}`,
        expected: "a line for every file",
        fix: sentence`restore it from git; for a folder that never had one: ${command("db lint", { database: label })}`,
      },
      { file: join(path, chainFileName), line: 1 },
      { place, root, severity: "error", stages: [] },
    ),
  ];
}

/** Every folder of migrations that a system declares, each once. */
function migrationFindings({ systems }: Project, root: string, place: CommandPlace): readonly Finding[] {
  const folders = systems.flatMap(({ name, resources }) =>
    resources.flatMap((each) =>
      each.kind === "d1" && each.migrations !== undefined
        ? [{ label: `${name}/${each.name}`, folder: each.migrations }]
        : [],
    ),
  );
  // A folder that is not there is told of its declaration.
  const there = folders.filter(({ folder }) => existsSync(join(root, folder)));
  return there.flatMap(({ label, folder }) => {
    try {
      const linted = lintFolder(join(root, folder), place).map(
        ({ file, line, code, severity, message, fix }): Finding => ({
          file: shownFrom(root, file),
          line,
          // A file that the chain lacks is recorded by `db lint`, and refused by an `up`.
          severity: code === brokenChain.code ? "error" : severity,
          code,
          what: message,
          where: label,
          fix,
          stages: [],
        }),
      );
      return [...withoutChain(label, folder, root, place), ...linted];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [error.diagnostic, ...error.others].map((diagnostic) =>
        findingOf(
          diagnostic,
          { file: join(root, folder), line: 1 },
          { place, root, severity: "error", stages: [] },
        ),
      );
    }
  });
}
