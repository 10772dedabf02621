import { parseCron } from "../../../../src/cron/cron.ts";
import { fires } from "../../../../src/cron/fires.ts";
import type { World } from "../../../world.ts";
import { everyWorker } from "../registry.ts";
import { scriptName } from "../version/spec.ts";

const minuteMs = 60_000;

/** Runs cron triggers at the start of every minute that the process lives through; minutes it did not live are not made up. */
export function startCrons(world: World, log: (line: string) => void): () => void {
  let timer: NodeJS.Timeout;
  let last = 0;
  const arm = (): void => {
    const next = nextMinuteMs(Date.now(), last);
    last = next;
    timer = setTimeout(() => {
      runCrons(world, next, log);
      arm();
    }, next - Date.now());
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
}

/** The start of the minute to run next. A timer may fire a millisecond early: the minute that just ran is not run again. */
export function nextMinuteMs(nowMs: number, lastMs: number): number {
  const next = (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
  return next === lastMs ? next + minuteMs : next;
}

/** Calls the `scheduled` handler of every Worker that has a trigger for this minute. Outcomes go to the log. */
export function runCrons(world: World, atMs: number, log: (line: string) => void): void {
  for (const worker of everyWorker(world.state)) {
    if (worker.deployedOn === null) continue;
    for (const { cron } of worker.schedules) {
      const parsed = parseCron(cron);
      if ("expected" in parsed || !fires(parsed, new Date(atMs))) continue;
      world.compute.scheduled(scriptName(world, worker), cron, atMs).then(
        ({ outcome }) => outcome === "ok" || log(`cron ${cron} of ${worker.name}: ${outcome}`),
        (error: unknown) =>
          log(`cron ${cron} of ${worker.name}: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  }
}
