import { z } from "zod";
import { UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { callApi, remedy } from "./http.ts";

const shape = z.object({
  deployments: z.array(
    z.object({
      created_on: z.string(),
      versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
    }),
  ),
});

/** What serves a worker's traffic: its newest deployment. */
export interface Serving {
  readonly worker: string;
  readonly deployedAtMs: number;
  readonly versions: readonly { readonly id: string; readonly percentage: number }[];
}

/** Asks the API what serves each of these workers, by their physical names. A worker that does not exist yet serves nothing. */
export function readServing(
  connection: Connection,
  accountId: string,
  workers: readonly string[],
): Promise<readonly Serving[]> {
  return Promise.all(
    workers.map(async (worker) => {
      const path = `/accounts/${accountId}/workers/scripts/${encodeURIComponent(worker)}/deployments`;
      const outcome = await callApi(connection, "GET", path);
      if (outcome.kind === "refused" && outcome.status === 404)
        return { worker, deployedAtMs: 0, versions: [] };
      if (outcome.kind !== "done")
        throw new UserError({
          what: `It cannot be told which version of ${worker} serves`,
          where: `GET ${path}`,
          got: outcome.message,
          expected: "the worker's deployments",
          fix: remedy(outcome, "Workers Scripts Read"),
        });
      const [newest] = shape.parse(outcome.value).deployments;
      return {
        worker,
        deployedAtMs: newest === undefined ? 0 : Date.parse(newest.created_on),
        versions: (newest?.versions ?? []).map(({ version_id: id, percentage }) => ({ id, percentage })),
      };
    }),
  );
}
