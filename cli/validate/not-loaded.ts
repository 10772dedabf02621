import { join } from "node:path";
import { unplaced } from "../../src/diagnostic/place.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { placeIn } from "../../src/project/imported.ts";
import { projectFile } from "../../src/project/load.ts";
import { type Finding, findingOf } from "./finding.ts";

/** Why a project could not be loaded, at the line where that is known: a mistake in a declaration, or a module that does not run. */
export function notLoaded(error: unknown, root: string): readonly Finding[] {
  if (!(error instanceof UserError)) throw error;
  const ofCode = error.cause instanceof Error ? error.cause : error;
  const [, file = projectFile, line = "1"] =
    /^(.+):(\d+)$/.exec(placeIn(ofCode.stack ?? "", root) ?? "") ?? [];
  const at = { file: join(root, file), line: Number(line) };
  return [error.diagnostic, ...error.others].map((diagnostic) =>
    findingOf(diagnostic, at, { place: unplaced(root), root, severity: "error", stages: [] }),
  );
}
