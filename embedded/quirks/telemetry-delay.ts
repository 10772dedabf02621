import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { send } from "../../src/cloudflare/http.ts";
import { deploy, done, type ProbedAccount, visit, withWorker } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const telemetryDelay: Quirk = {
  name: "telemetry-delay",
  what: "Analytics lag behind the requests they count: the newest seconds to minutes are missing from workersInvocationsAdaptive. The embedded one holds back the last second, so that nothing learns to rely on an instant answer.",
  source: "https://developers.cloudflare.com/analytics/graphql-api/",
  date: "2026-01-01",
  probe:
    "Send 100 requests to a Worker, then ask workersInvocationsAdaptive for the last five minutes every second until the sum is 100: how long does it take?",
  isSeen: (account) =>
    withWorker(account, async (worker) => {
      await deploy(account, worker);
      await done(z.unknown(), account, "POST", `/workers/scripts/${worker}/subdomain`, { enabled: true });
      let sent = 0;
      let attempts = 0;
      // One question that comes before all requests are counted is enough; on a busy machine a single one may come late.
      while (sent < 10) {
        attempts += 1;
        if (attempts > 100) throw new Error(`the probe cannot go on: ${worker} does not answer`);
        if (!(await visit(account, worker))) {
          await sleep(500); // an address of workers.dev takes a while to be known
          continue;
        }
        sent += 1;
        if ((await requests(account, worker)) < sent) return true;
      }
      return false;
    }),
};

const analytics = z.object({
  viewer: z.object({
    accounts: z.array(
      z.object({
        workersInvocationsAdaptive: z.array(z.object({ sum: z.object({ requests: z.number() }) })),
      }),
    ),
  }),
});

/** How many requests of a Worker are counted now. */
async function requests(account: ProbedAccount, worker: string): Promise<number> {
  const sinceMs = Date.now() - 300_000;
  const query = `{ viewer { accounts(filter: { accountTag: "${account.id}" }) {
    workersInvocationsAdaptive(limit: 10, filter: { scriptName: "${worker}", datetime_geq: "${new Date(sinceMs).toISOString()}" }) { sum { requests } }
  } } }`;
  const answer = await send(account.connection, "POST", "/graphql", { query });
  if (answer.kind !== "answer") throw new Error(answer.message);
  const { data } = z.object({ data: analytics }).parse(JSON.parse(answer.text));
  return data.viewer.accounts
    .flatMap(({ workersInvocationsAdaptive }) => workersInvocationsAdaptive)
    .reduce((all, { sum }) => all + sum.requests, 0);
}
