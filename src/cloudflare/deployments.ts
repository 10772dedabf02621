import { z } from "zod";
import { UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { callApi, remedy } from "./http.ts";

const shape = z.object({
  deployments: z.array(
    z.object({
      id: z.string().default(""),
      created_on: z.string(),
      source: z.string().nullish(),
      author_email: z.string().nullish(),
      annotations: z.record(z.string(), z.unknown()).nullish(),
      versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
    }),
  ),
});

/** A deployment as the API tells of it. */
export interface DeploymentNote {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Of who made it; undefined where Cloudflare does not say. */
  readonly author: string | undefined;
  /** What it was made with and by: `wrangler, rollback`. */
  readonly how: string;
  /** What its author wrote to it. */
  readonly message: string | undefined;
}

/** What serves a worker's traffic: its newest deployment. */
export interface Serving {
  readonly worker: string;
  /** Undefined where nothing was ever deployed, and where nobody asked. */
  readonly deployment?: DeploymentNote | undefined;
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
          fix: remedy(outcome, "Workers Metadata Read-Only"),
        });
      const [newest] = shape.parse(outcome.value).deployments;
      return {
        worker,
        deployment: newest === undefined ? undefined : noteOf(newest),
        deployedAtMs: newest === undefined ? 0 : Date.parse(newest.created_on),
        versions: (newest?.versions ?? []).map(({ version_id: id, percentage }) => ({ id, percentage })),
      };
    }),
  );
}

const text = z.string().optional().catch(undefined);

function noteOf(of: z.infer<typeof shape>["deployments"][number]): DeploymentNote {
  const { id, created_on: at, source, author_email: author, annotations } = of;
  const triggeredBy = text.parse(annotations?.["workers/triggered_by"]);
  const how = [source, triggeredBy].flatMap((each) => each ?? []).join(", ");
  return { id, at, author: author ?? undefined, how, message: text.parse(annotations?.["workers/message"]) };
}
