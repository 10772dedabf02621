// The worker that writes backups of a stage whose systems say `backup: { by: "worker" }`.
import type { D1Database, KVNamespace, R2Bucket, ScheduledController } from "@cloudflare/workers-types";
import { notesWith } from "./notes.ts";
import { boundPlace } from "./place/bound.ts";
import { keyedPlace } from "./place/keyed.ts";
import type { Place } from "./place/place.ts";
import { type Outcome, run } from "./run.ts";
import { type WorkerSettings, workerSettings } from "./settings.ts";

/** What `src/resources/workers/backup-worker.ts` binds. What belongs to a store stands beside it: a variable has 5 kB at most. */
interface Env {
  /** Where the bucket is of the stage's own account. */
  readonly BACKUPS?: R2Bucket;
  /** Where it is not. */
  readonly ACCESS_KEY_ID?: string;
  readonly SECRET_ACCESS_KEY?: string;
  readonly SETTINGS: string;
  /** An age identity, for what it notes for its next invocation. It opens no backup. */
  readonly OWN_KEY: string;
  readonly [database: `D1_${number}`]: D1Database;
  readonly [namespace: `KV_${number}`]: KVNamespace;
  readonly [of: `${"D1" | "KV"}_${number}_OF`]: string;
}

/** Settings of the stores that are bound, from number 0 on. */
function storesOf(env: Env, kind: "D1" | "KV"): readonly unknown[] {
  const found: unknown[] = [];
  for (let text = env[`${kind}_0_OF`]; text !== undefined; text = env[`${kind}_${found.length}_OF`])
    found.push(JSON.parse(text));
  return found;
}

export default {
  async scheduled({ cron }: ScheduledController, env: Env): Promise<void> {
    const settings = workerSettings.parse({
      ...JSON.parse(env.SETTINGS),
      databases: storesOf(env, "D1"),
      namespaces: storesOf(env, "KV"),
    });
    const outcome = await run(
      settings,
      {
        place: placeOf(env, settings),
        notes: notesWith(env.OWN_KEY),
        database: (number) => env[`D1_${number}`] ?? missing(`D1_${number}`),
        namespace: (number) => env[`KV_${number}`] ?? missing(`KV_${number}`),
      },
      settings.schedule.includes(cron),
    );
    console.log(told(outcome));
  },
};

function placeOf(env: Env, { to: { bucket, keyed } }: WorkerSettings): Place {
  if (keyed === undefined) return boundPlace(env.BACKUPS ?? missing("BACKUPS"), bucket);
  return keyedPlace({
    ...{ bucket, endpoint: keyed.endpoint },
    accessKeyId: env.ACCESS_KEY_ID ?? missing("ACCESS_KEY_ID"),
    secret: env.SECRET_ACCESS_KEY ?? missing("SECRET_ACCESS_KEY"),
  });
}

function told(outcome: Outcome): string {
  switch (outcome.kind) {
    case "nothing":
      return `nothing was done: ${outcome.why}`;
    case "later":
      return `${outcome.name}: ${outcome.done} of ${outcome.of} databases and namespaces are read; the next invocation goes on`;
    case "written":
      return `${outcome.name} is written; it counts once a drill has proven it`;
    default:
      return outcome satisfies never;
  }
}

function missing(binding: string): never {
  throw new Error(`the worker has no binding ${binding}: deploy it again`);
}
