import { z } from "zod";
import { physicalName } from "../../src/declare/physical-name.ts";
import { call } from "../../src/dynamic/api.ts";
import { connection } from "../../src/migrations/connection.ts";
import type { Stage } from "../../src/stages/index.ts";
import { systems } from "../../src/systems/index.ts";
import { targetOf } from "../../src/target.ts";
import type { Run } from "./pulumi.ts";

const page = z.array(z.object({ key: z.string() }));
const buckets = z.object({ buckets: z.array(z.object({ name: z.string() })) });

/** Deletes every object of the stage's own buckets: Cloudflare deletes no bucket that holds any. */
export async function emptyBuckets(stage: Stage, run: Run): Promise<void> {
  const { accountId } = targetOf(stage, undefined, run.env, run.root);
  const api = connection(run.env, run.root);
  const base = `/accounts/${accountId}/r2/buckets`;
  const there = buckets.parse(await call(api, "GET", base)).buckets.map(({ name }) => name);
  const own = systems
    .flatMap(({ resources }) => resources)
    .filter((resource) => resource.kind === "r2" && resource.shared !== true);
  for (const name of own
    .map((bucket) => physicalName(bucket, stage))
    .filter((each) => there.includes(each))) {
    for (;;) {
      const objects = page.parse(await call(api, "GET", `${base}/${name}/objects?per_page=1000`));
      if (objects.length === 0) break;
      for (const { key } of objects)
        await call(api, "DELETE", `${base}/${name}/objects/${encodeURIComponent(key)}`);
    }
  }
}
