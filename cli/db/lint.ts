import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { unplaced } from "../../src/diagnostic/place.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { chainFileName, chainProblems, readChain, writeChain } from "../../src/migrations/files/chain.ts";
import type { MigrationFile } from "../../src/migrations/files/reading.ts";
import {
  type FolderFinding,
  type LintedFolder,
  lintChain,
  lintFiles,
  unreadableFile,
} from "../../src/migrations/lint/lint-folder.ts";
import type { Command, Given } from "./command.ts";
import { chosen, declaredDatabases } from "./databases.ts";
import { refuseMore } from "./place.ts";

/** `lint`: every rule over a folder's files, without a database. Keeps the chain of folders that have one. */
export const lint: Command = {
  name: "lint",
  usage: "lint [<database> | <folder>] [--update]",
  summary: "check migration files, of any folder, without a database",
  options: { update: { type: "boolean" } },
  run(given) {
    const { words, flag, root } = given;
    refuseMore(words, 1);
    const [place] = words;
    const folder = place === undefined ? undefined : asFolder(place, given);
    const declared =
      folder === undefined
        ? chosen(given.project, place).map(({ declared: { migrations = "" } }) => join(root, migrations))
        : [];
    const folders = folder === undefined ? declared : [folder];
    const notes: string[] = [];
    const findings = folders
      .flatMap((each) => {
        const linted = lintFiles(each, unplaced(root));
        // A folder of anybody's gets no chain file, but one that has it is kept.
        if (each !== folder || existsSync(join(each, chainFileName))) {
          if (keepChain(each, linted, flag("update")))
            notes.push(`${shown(join(each, chainFileName), root)} was written: commit it with the files`);
          notes.push(
            ...unwritten(each, linted).map(
              (file) =>
                `${shown(file, root)} has no statement yet: neither it nor what comes after it is in the chain before it has one`,
            ),
          );
        }
        // What is not recorded now is unfinished: what is wrong with it stands above.
        const chain = lintChain(each, linted.files, unplaced(root)).filter(
          ({ severity }) => severity === "error",
        );
        return [...linted.findings, ...chain];
      })
      .map((finding) => ({ ...finding, file: shown(finding.file, root) }));
    const errors = findings.filter(({ severity }) => severity === "error").length;
    return {
      value: findings,
      text: [findings.length === 0 ? "no findings" : findings.map(asText).join("\n\n"), ...notes].join("\n"),
      ok: errors === 0,
    };
  },
};

/** A path, from where the person typed it: npm runs its scripts elsewhere. A declared database's name is not one. */
function asFolder(place: string, given: Given): string | undefined {
  const folder = resolve(given.folder, place);
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  if (declaredDatabases(given.project).some(({ key, declared }) => key === place || declared.name === place))
    return undefined;
  throw new UserError({
    what: "There is no such folder, and no database of this name",
    where: "db lint",
    got: place,
    expected: `a folder of .sql files, or ${declaredDatabases(given.project)
      .map(({ key }) => key)
      .join(", ")}`,
    fix: `check the path; it was looked for at ${folder}`,
  });
}

/**
 * New files at the end are recorded at once, up to the first that has an error or does nothing: its correction is still to come, and is
 * no edit of what was recorded. Anything else is recorded only when it is asked for.
 * @returns whether the chain file is another one now
 */
function keepChain(folder: string, { findings, files }: LintedFolder, update: boolean): boolean {
  const errors = new Set(findings.flatMap(({ file, severity }) => (severity === "error" ? [file] : [])));
  // One that cannot be read has no place in a chain, and nothing after it has.
  const unread = findings.some(({ code }) => code === unreadableFile.code);
  if (unread) return false;
  const isFinished = ({ path, statements }: MigrationFile): boolean =>
    !errors.has(path) && statements.length > 0;
  const chain = update ? [] : (readChain(folder) ?? []);
  const unfinished = files.findIndex((file, i) => i >= chain.length && !isFinished(file));
  const ready = update || unfinished < 0 ? files : files.slice(0, unfinished);
  if (ready.length === 0) return false;
  return chainProblems(ready, chain).every(({ kind }) => kind === "unrecorded") && writeChain(folder, ready);
}

/** Templates that nobody wrote into: no rule finds fault with them, and the chain waits for them. */
function unwritten(folder: string, { files }: LintedFolder): string[] {
  const recorded = new Set((readChain(folder) ?? []).map(({ name }) => name));
  return files.flatMap(({ name, path, statements }) =>
    statements.length > 0 || recorded.has(name) ? [] : [path],
  );
}

const shown = (file: string, root: string): string => {
  const inside = relative(root, file);
  return inside.startsWith("..") ? file : inside;
};

const asText = ({ file, line, code, severity, message, fix }: FolderFinding): string =>
  `${file}:${line}  ${severity} ${code}  ${message}\n    fix: ${fix.replaceAll("\n", "\n    ")}`;
