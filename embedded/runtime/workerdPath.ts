import { accessSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { z } from "zod";

/**
 * Makes every workerd that Miniflare starts in this process die with it, even by `kill -9`.
 * A workerd that outlives its Node still holds Durable Objects' storage: after a restart there would be two owners.
 * Call it before the first `new Miniflare`; `folder` must stay for as long as the process runs. Calling it again changes nothing.
 */
export function tieWorkerdToThisProcess(folder: string): void {
  if (tied || process.platform === "win32") return;
  // A process that was started by another one of ours inherits the path of *its* wrapper: that must not be wrapped again.
  const workerd = process.env[realPath] ?? process.env["MINIFLARE_WORKERD_PATH"] ?? bundledWorkerd();
  mkdirSync(folder, { recursive: true });
  const wrapper = join(folder, "workerd");
  const half = `${wrapper}.${process.pid}`;
  writeFileSync(half, script(workerd), { mode: 0o755 });
  renameSync(half, wrapper); // never a half-written script under the final name: another process may be starting it
  process.env["MINIFLARE_WORKERD_PATH"] = wrapper;
  process.env[realPath] = workerd;
  tied = true;
}

/** Environment variable: the workerd that the wrapper starts. */
const realPath = "LOCKSTEP_WORKERD";

let tied = false;

function script(workerd: string): string {
  const setpriv = onPath("setpriv");
  if (process.platform === "linux" && setpriv !== undefined)
    return `#!/bin/sh\nexec ${quote(setpriv)} --pdeathsig KILL -- ${quote(workerd)} "$@"\n`;
  // Elsewhere a small watcher beside workerd; it must hold none of its pipes, or Miniflare would wait for them.
  return `#!/bin/sh
parent=$PPID
( while kill -0 "$parent" 2>/dev/null && kill -0 $$ 2>/dev/null; do sleep 1; done; kill -9 $$ 2>/dev/null ) </dev/null >/dev/null 2>&1 3>&- &
exec ${quote(workerd)} "$@"
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function onPath(program: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // not there, or not for us: the next folder
      }
    });
}

/** The workerd that belongs to this Miniflare, not one that another package brought along. */
function bundledWorkerd(): string {
  const miniflare = createRequire(import.meta.url).resolve("miniflare");
  const module: unknown = createRequire(miniflare)("workerd");
  return z.object({ default: z.string() }).parse(module).default;
}
