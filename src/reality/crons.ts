import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { type Asked, ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";
import type { RecordedWorker } from "./workers.ts";

const schedules = z.object({ schedules: z.array(z.looseObject({ cron: z.string() })) });
const recorded = schedules.extend({ scriptName: z.string() });

/** A worker's crons, where they are not those of the stack. The official provider never reads them. */
export async function cronFindings(
  asked: Asked,
  state: readonly StateResource[],
  worker: RecordedWorker,
): Promise<readonly Finding[]> {
  const own = state
    .filter(({ type }) => type === "cloudflare:index/workersCronTrigger:WorkersCronTrigger")
    .map(({ outputs }) => recorded.parse(outputs))
    .find(({ scriptName }) => scriptName === worker.name);
  const path = `workers/scripts/${encodeURIComponent(worker.name)}/schedules`;
  const answer = await ask(asked, path, "Workers Metadata Read-Only");
  if (answer === undefined) return [];
  const found = cronsOf(schedules.parse(answer));
  const expected = own === undefined ? [] : cronsOf(own);
  if (found.toSorted().join() === expected.toSorted().join()) return [];
  return [
    {
      resource: worker.resource,
      aspect: "crons",
      what: "The worker runs at other times than the stack's",
      expected: expected.join(", ") || "no crons",
      found: found.join(", ") || "no crons",
      differences: [],
      ...(own === undefined
        ? {
            putBack: "person",
            fix: sentence`declare them, or end them: crons: [] in the declaration of ${worker.resource}, then ${command("up")}`,
          }
        : {
            putBack: "up",
            fix: sentence`${command("up")} puts them back; to keep them, declare them`,
            repair: {
              of: `crons of ${worker.resource}`,
              method: "PUT",
              path: `/accounts/${asked.accountId}/${path}`,
              body: expected.map((cron) => ({ cron })),
            },
          }),
    },
  ];
}

const cronsOf = (of: z.infer<typeof schedules>): readonly string[] => of.schedules.map(({ cron }) => cron);
