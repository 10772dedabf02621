import { parseCron } from "../../../cron/cron.ts";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { everyCron } from "../../workers/crons.ts";
import type { Worker } from "../../workers/worker.ts";

/** Cron expressions that Cloudflare would refuse, when everything else of the worker is there already. */
export const checkCrons = (where: string, worker: Worker): Diagnostic[] =>
  everyCron(worker).flatMap((cron) => {
    const parsed = parseCron(cron);
    if (!("expected" in parsed)) return [];
    return [
      {
        what: "A cron expression that Cloudflare does not accept",
        where: `${where}, crons`,
        got: JSON.stringify(cron),
        expected: parsed.expected,
        fix: 'such as "0 3 * * *" for three in the morning, UTC, or "0 3 * * sun" for that on Sundays',
      },
    ];
  });
