import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../../toolchain/install/lock.mjs";
import { buildConfig, publishedSources, root } from "../sources.ts";

const kept = join(root, ".lockstep", "pack");

/**
 * The package as a plain `npm pack` makes it, made anew only when something it is made of has changed. Two at once: one packs, the other waits.
 * @returns the tarball's path
 */
export async function packedTarball(): Promise<string> {
  mkdirSync(kept, { recursive: true });
  return withLock(join(kept, "lock"), async () => {
    const tarball = join(kept, `${digest()}.tgz`);
    if (existsSync(tarball)) return tarball;
    for (const old of readdirSync(kept).filter((name) => name.endsWith(".tgz"))) rmSync(join(kept, old));
    const folder = mkdtempSync(join(kept, "new-"));
    try {
      await npm(["pack", "--pack-destination", folder], root);
      renameSync(join(folder, readdirSync(folder)[0] ?? ""), tarball);
      return tarball;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function digest(): string {
  const { compiled, copied, entries } = publishedSources();
  const hash = createHash("sha256");
  const beside = ["package.json", "package-lock.json", "tsconfig.json", buildConfig, "README.md", "LICENSE"];
  for (const file of [...compiled, ...copied, ...entries, ...beside, "scripts/pack/build.ts"])
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** Runs npm; throws with what it said when it fails. */
export function npm(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return command("npm", args, cwd, env);
}

/** Runs a command to its end. @returns what it printed on standard output */
export async function command(
  name: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, all] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    all += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    all += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${all}`);
  return out;
}
