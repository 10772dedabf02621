import { join } from "node:path";
import { unplaced } from "../../src/diagnostic/place.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { projectFile } from "../../src/project/load.ts";
import { type Finding, findingOf, shownFrom } from "./finding.ts";

/** Why a project could not be loaded, at the line where that is known: a mistake in project.ts, or a module that does not run. */
export function notLoaded(error: unknown, root: string): readonly Finding[] {
  const at = (error instanceof Error ? lineIn(error.stack ?? "", root) : undefined) ?? {
    file: join(root, projectFile),
    line: 1,
  };
  if (error instanceof UserError)
    return [error.diagnostic, ...error.others].map((diagnostic) =>
      findingOf(diagnostic, at, { place: unplaced(root), root, severity: "error", stages: [] }),
    );
  if (!(error instanceof Error)) throw error;
  return [
    {
      file: shownFrom(root, at.file),
      line: at.line,
      severity: "error",
      what: "The project cannot be loaded",
      where: projectFile,
      got: error.message,
      expected: "modules that can be imported",
      fix: "mend the line; nothing else was looked at",
      stages: [],
    },
  ];
}

/** The first place in the stack that is one of the project's own files. A syntax error stands before the stack, as `file:line`. */
function lineIn(stack: string, root: string): { readonly file: string; readonly line: number } | undefined {
  for (const frame of stack.split("\n")) {
    const start = [root, encodeURI(root)].find((each) => frame.includes(`${each}/`));
    if (start === undefined) continue;
    const [, path, line] = /^([^:]+):(\d+)/.exec(frame.slice(frame.indexOf(`${start}/`))) ?? [];
    if (path === undefined || path.includes("/node_modules/")) continue;
    return { file: start === root ? path : decodeURI(path), line: Number(line) };
  }
  return undefined;
}
