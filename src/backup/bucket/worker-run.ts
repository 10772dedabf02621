import { text } from "node:stream/consumers";
import { getObject } from "../../cloudflare/s3/bucket.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { standingOf, type Verified } from "../standing.ts";
import { mostTries, readState, type UnderWay, underWayFile } from "../worker/under-way.ts";
import { depotOf, type There } from "./place.ts";
import { inBucket } from "./transfer.ts";

/** What the worker that writes a stage's backups is at, by what lies in their bucket. */
export interface WorkerRun {
  /** The newest backup that it wrote. */
  readonly last: { readonly name: string; readonly endedAt: string } | null;
  readonly underWay: {
    readonly name: string;
    readonly startedAt: string;
    /** Databases and namespaces that are read. */
    readonly done: number;
    /** When the invocation that failed last did, and which database or namespace it was at, from 0 on; one more than the last: the end. */
    readonly failed: NonNullable<UnderWay["failed"]> | null;
    /** Nobody goes on with it. */
    readonly isGivenUp: boolean;
  } | null;
  /** Why nothing is known of what is under way. */
  readonly unknown?: string;
}

/** @param env as for {@link depotOf}; heads are those that this machine knows by now */
export async function workerRun(whose: Verified, env: Parameters<typeof depotOf>[1]): Promise<WorkerRun> {
  const last = newestByWorker(whose);
  try {
    const { there } = await depotOf(whose, env);
    return { last, underWay: there === undefined ? null : await underWayIn(there) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { last, underWay: null, unknown: `${error.diagnostic.what}: ${error.diagnostic.got}` };
  }
}

/** What is under way in a bucket. Throws UserError where the bucket does not say. */
export async function underWayIn(there: There): Promise<WorkerRun["underWay"]> {
  const found = await inBucket(there, "What the worker is at is not known", async () => {
    const body = await getObject(there.bucket, `${there.prefix}${underWayFile}`);
    return body === undefined ? undefined : text(body);
  });
  return found === undefined ? null : toldOf(readState(found));
}

const toldOf = ({ name, startedAt, done, failed, tries }: UnderWay): WorkerRun["underWay"] => ({
  ...{ name, startedAt, done, failed: failed ?? null },
  isGivenUp: tries >= mostTries,
});

function newestByWorker(whose: Verified): WorkerRun["last"] {
  const newest = standingOf(whose).sound.findLast(({ head }) => head.by === "worker");
  return newest === undefined ? null : { name: newest.head.name, endedAt: newest.head.endedAt };
}
