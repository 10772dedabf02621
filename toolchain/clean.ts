// `just clean`: this clone as if it had just been installed. `just clean all`: this user's engine cache too.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../src/diagnostic/user-error.ts";
import { type EmbeddedConnection, runningEmbedded } from "./embedded/embedded.ts";
import { cacheFolder } from "./engine/wanted.mjs";
import { placesOf, projectRoot } from "./project.ts";

const patienceMs = 10_000;

async function clean(what: string): Promise<void> {
  if (what !== "" && what !== "all")
    throw new UserError({
      what: "`just clean` does not know this",
      where: "just clean",
      got: what,
      expected: "nothing, or all",
      fix: "just clean",
    });
  const places = placesOf(projectRoot);
  const running = await runningEmbedded(places);
  if (running !== undefined) await stop(running);
  const own = join(projectRoot, ".lockstep");
  rmSync(own, { recursive: true, force: true });
  process.stdout.write(`removed ${own}: embedded Cloudflare, its stacks, caches\n`);
  if (what !== "all") return;
  const cache = cacheFolder(process.env);
  rmSync(cache, { recursive: true, force: true });
  process.stdout.write(`removed ${cache}: Pulumi engines of this user\n`);
}

/** Removing the files under a running process would only make it write them again. */
async function stop({ pid }: EmbeddedConnection): Promise<void> {
  process.kill(pid, "SIGTERM");
  const giveUpAt = Date.now() + patienceMs;
  while (Date.now() < giveUpAt) {
    if ((await runningEmbedded(placesOf(projectRoot))) === undefined) return;
    await sleep(100);
  }
  throw new UserError({
    what: "The embedded Cloudflare does not end",
    where: `process ${pid}`,
    got: `still running ${patienceMs / 1000} s after SIGTERM`,
    expected: "a process that has ended, so that its data can be removed",
    fix: `kill -9 ${pid}, then just clean`,
  });
}

if (import.meta.main) {
  try {
    await clean(process.argv[2] ?? "");
  } catch (error) {
    process.stderr.write(
      `${error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
