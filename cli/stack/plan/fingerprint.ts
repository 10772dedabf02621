import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Folders that hold nothing a deployment is made from. */
const leftOut = new Set(["node_modules", ".lockstep", ".git", ".wrangler", "backups", "checklists", "dist"]);

/**
 * A fingerprint of everything that a deployment is made from: the project's files, but those that git ignores, and the stack's configuration with
 * its secrets, encrypted as they are there. What was planned with another one is another plan.
 */
export function fingerprintOf(root: string, stackFile: string): string {
  const hash = createHash("sha256");
  const files = [...new Set([...filesOf(root), relative(root, stackFile)])].sort();
  for (const file of files) {
    const path = join(root, file);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() !== true || file.endsWith(".plan") || file.startsWith(`checklists${sep}`)) continue;
    hash.update(`${file}\0${found.size}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/** As git lists them, tracked or not; outside of a repository all of them. */
function filesOf(root: string): readonly string[] {
  try {
    const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
    if (files.length > 0) return files;
  } catch {
    // No git, or no repository.
  }
  return below(root, "");
}

const below = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return leftOut.has(entry.name) ? [] : below(root, path);
    return entry.isFile() ? [path] : [];
  });
