import type { World } from "../../world.ts";
import { parseCron } from "./cron.ts";
import { everyWorker } from "./registry.ts";
import { scriptName } from "./spec.ts";

const minuteMs = 60_000;

/** Runs cron triggers at the start of every minute that the process lives through; minutes it did not live are not made up. */
export function startCrons(world: World, log: (line: string) => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const next = (Math.floor(Date.now() / minuteMs) + 1) * minuteMs;
    timer = setTimeout(() => {
      runCrons(world, next, log);
      arm();
    }, next - Date.now());
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
}

/** Calls the `scheduled` handler of every Worker that has a trigger for this minute. Outcomes go to the log. */
export function runCrons(world: World, atMs: number, log: (line: string) => void): void {
  for (const worker of everyWorker(world.state)) {
    if (worker.deployedOn === null) continue;
    for (const { cron } of worker.schedules) {
      if (!parseCron(cron)?.fires(new Date(atMs))) continue;
      world.compute.scheduled(scriptName(world, worker), cron, atMs).then(
        ({ outcome }) => outcome === "ok" || log(`cron ${cron} of ${worker.name}: ${outcome}`),
        (error: unknown) =>
          log(`cron ${cron} of ${worker.name}: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  }
}
