import { exchange } from "../../../src/cloudflare/exchange.ts";
import type { PlannedWarmUp } from "../../../src/release/hooks/conduct.ts";
import type { Warmed } from "../../../src/release/journal/entry.ts";
import type { Released } from "../../../src/release/plan.ts";
import { overrideOf } from "./override.ts";

/** Of one answer. */
const patienceMs = 10_000;

/** Sends the requests of warm-ups to the new versions of these workers, at their rate, and counts what came of them. */
export async function warmUp(
  warmUps: readonly PlannedWarmUp[],
  workers: readonly Released[],
  urls: Readonly<Record<string, string>>,
  { signal, sleep }: { readonly signal: AbortSignal; readonly sleep: (ms: number) => Promise<void> },
): Promise<readonly Warmed[]> {
  const each = workers.flatMap((worker) =>
    warmUps.flatMap(({ requests, perSecond, total }) => {
      const paths = requests.flatMap((request) => (request.worker === worker.label ? [request.path] : []));
      return paths.length === 0 ? [] : [{ worker, paths, perSecond, total }];
    }),
  );
  return Promise.all(
    each.map(async ({ worker, paths, perSecond, total }): Promise<Warmed> => {
      const base = urls[worker.label];
      if (base === undefined) return { worker: worker.label, sent: 0, failed: 0 };
      const answers: Promise<boolean>[] = [];
      for (let at = 0; at < total && !signal.aborted; at++) {
        if (at > 0) await sleep(1000 / perSecond);
        answers.push(isAnswered(new URL(paths[at % paths.length] ?? "/", base), workers, signal));
      }
      const all = await Promise.all(answers);
      return { worker: worker.label, sent: all.length, failed: all.filter((isWell) => !isWell).length };
    }),
  );
}

async function isAnswered(url: URL, workers: readonly Released[], signal: AbortSignal): Promise<boolean> {
  const headers = overrideOf(workers);
  const sent = await exchange(url.href, { headers, timeoutMs: patienceMs, signal, onlyHead: true });
  return sent.kind === "answer" && sent.status < 500;
}
