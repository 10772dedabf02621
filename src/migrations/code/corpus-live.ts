import { z } from "zod";
import { readServing } from "../../cloudflare/deployments.ts";
import { read } from "../../cloudflare/http.ts";
import { attempts, unanswered } from "../database/database.ts";
import { request } from "../database/endpoint.ts";
import { databaseOf, endpointOf, type Job } from "../plan/job.ts";
import type { CorpusStatement } from "./corpus.ts";

/** What the versions that serve now were seen to run against a database. */
export interface Recorded {
  /** `dome-api-dev@1f2e3d4c`, also those that nobody exercised yet. */
  readonly versions: readonly string[];
  readonly statements: readonly CorpusStatement[];
}

/** `caller` is `<account>/<worker>/<version>`. */
const recordsShape = z.array(z.object({ caller: z.string(), sql: z.string() }));

/**
 * Asks the target what the deployed code has run. Read-only.
 * @param workers physical names of those that bind the database
 * @returns undefined where statements are not recorded: on a real account, which has no such route
 */
export async function readRecorded(job: Job, workers: readonly string[]): Promise<Recorded | undefined> {
  const records = await recordsOf(job);
  if (records === undefined) return undefined;
  const serving = await readServing(job.connection, job.accountId, workers);
  const live = serving.flatMap(({ worker, versions }) =>
    versions.map(({ id }) => ({
      caller: `${job.accountId}/${worker}/${id}`,
      name: `${worker}@${id.slice(0, 8)}`,
    })),
  );
  return {
    versions: live.map(({ name }) => name),
    statements: live.flatMap(({ caller, name }) =>
      records.flatMap((record) => (record.caller === caller ? [{ worker: name, sql: record.sql }] : [])),
    ),
  };
}

/** What one version of a worker was seen to run, whether it serves or not; undefined where statements are not recorded. */
export async function recordedOf(
  job: Job,
  worker: string,
  versionId: string,
): Promise<readonly CorpusStatement[] | undefined> {
  const caller = `${job.accountId}/${worker}/${versionId}`;
  const name = `${worker}@${versionId.slice(0, 8)}`;
  return (await recordsOf(job))?.flatMap((record) =>
    record.caller === caller ? [{ worker: name, sql: record.sql }] : [],
  );
}

async function recordsOf(job: Job): Promise<z.infer<typeof recordsShape> | undefined> {
  const database = databaseOf(job);
  const ask = () => request(endpointOf(job), "GET", "/lockstep/statements", undefined);
  const outcome = await read(ask, attempts, database.sleep);
  if (outcome.kind === "refused" && [400, 404, 405].includes(outcome.status)) return undefined;
  if (outcome.kind !== "done") throw unanswered(database, outcome);
  return recordsShape.parse(outcome.value);
}
