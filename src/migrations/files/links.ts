import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";

/**
 * Refuses a path that a link leads out of its project: what lies there is in no commit, and another one may change it between the
 * preview and the up.
 */
export function refuseLinksOut(path: string): void {
  const root = projectOf(resolve(path));
  const real = whereTo(path);
  if (real === root || real.startsWith(root + sep)) return;
  throw refused(path, real, `a file below ${root}`);
}

function whereTo(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw refused(path, error instanceof Error ? error.message : String(error), "a file");
  }
}

/** The repository that the path is in, else the nearest folder with a project; else its own folder. */
const projectOf = (path: string): string =>
  realpathSync(above(path, [".git"]) ?? above(path, ["Pulumi.yaml", "package.json"]) ?? dirname(path));

function above(path: string, names: readonly string[]): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (names.some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

const refused = (path: string, got: string, expected: string): UserError =>
  new UserError({
    what: "A link leads out of the project",
    where: path,
    got,
    expected,
    fix: "put the file itself here, and commit it",
  });
