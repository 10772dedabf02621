import { spawnSync } from "node:child_process";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { MigrationFile } from "../../../src/migrations/files/reading.ts";

/**
 * Refuses to remove files that git does not have as they are: a stage that is behind needs them again, and so does whoever wants
 * the squash undone.
 * @param folder from the project's root
 */
export function refuseUncommitted(root: string, folder: string, going: readonly MigrationFile[]): void {
  const ran = git(root, "status", "--porcelain", "--untracked-files=all", "--ignored", "-z", "--", folder);
  if (ran.kind === "failed")
    throw new UserError({
      what: "The old files would be gone for good: git does not have them; nothing was squashed",
      where: folder,
      got: ran.message,
      expected: "a project in git, with these files committed",
      fix: "git init && git add . && git commit, then squash",
    });
  const changed = ran.lines.map((line) => line.trim());
  const tracked = git(root, "ls-files", "-z", "--", folder);
  const known = new Set(tracked.kind === "done" ? tracked.lines : []);
  const unknown = going.map(({ path }) => path).filter((path) => !known.has(path));
  const got = [...changed, ...unknown.filter((path) => !changed.some((line) => line.endsWith(path)))];
  if (got.length === 0) return;
  throw new UserError({
    what: "The migrations folder is not as it was committed; nothing was squashed",
    where: folder,
    got: got.join(", "),
    expected: "nothing that git would have to be told of",
    fix: `finish and commit what is new (git add ${folder} && git commit), or take it back (git restore --staged --worktree ${folder} && git clean -f ${folder})`,
  });
}

type Git =
  | { readonly kind: "done"; readonly lines: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

function git(root: string, ...args: readonly string[]): Git {
  const ran = spawnSync("git", ["-C", root, ...args], { encoding: "utf8" });
  if (ran.error !== undefined) return { kind: "failed", message: ran.error.message };
  if (ran.status !== 0) return { kind: "failed", message: ran.stderr.trim() };
  return { kind: "done", lines: ran.stdout.split("\0").filter((line) => line !== "") };
}
