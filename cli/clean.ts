// `just clean`: this clone as if it had just been installed. `just clean all`: this user's engine cache too.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unplaced } from "../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { type EmbeddedConnection, runningEmbedded } from "../toolchain/embedded/embedded.ts";
import { cacheFolder } from "../toolchain/engine/wanted.mjs";
import { type Places, placesOf } from "../toolchain/project.ts";
import { type Place, projectAt } from "./place.ts";

const patienceMs = 10_000;

async function clean(what: string, root: string): Promise<void> {
  if (what !== "" && what !== "all")
    throw new UserError({
      what: `\`${inPlace(named("clean"), unplaced())}\` does not know this`,
      where: [named("clean")],
      got: what,
      expected: "nothing, or all",
      fix: [command("clean")],
    });
  const places = placesOf(root);
  const running = await runningEmbedded(places);
  if (running !== undefined) await stop(running, places);
  const own = join(root, ".lockstep");
  rmSync(own, { recursive: true, force: true });
  process.stdout.write(`removed ${own}: embedded Cloudflare, its stacks, caches\n`);
  if (what !== "all") return;
  const cache = cacheFolder(process.env);
  rmSync(cache, { recursive: true, force: true });
  process.stdout.write(`removed ${cache}: Pulumi engines of this user\n`);
}

/** Removing the files under a running process would only make it write them again. */
async function stop({ pid }: EmbeddedConnection, places: Places): Promise<void> {
  process.kill(pid, "SIGTERM");
  const giveUpAt = Date.now() + patienceMs;
  while (Date.now() < giveUpAt) {
    if ((await runningEmbedded(places)) === undefined) return;
    await sleep(100);
  }
  throw new UserError({
    what: "The embedded Cloudflare does not end",
    where: `process ${pid}`,
    got: `still running ${patienceMs / 1000} s after SIGTERM`,
    expected: "a process that has ended, so that its data can be removed",
    fix: sentence`kill -9 ${pid}, then ${command("clean")}`,
  });
}

export async function run([what = ""]: readonly string[], place: Place): Promise<number> {
  const { root } = await projectAt(place);
  await clean(what, root);
  return 0;
}
