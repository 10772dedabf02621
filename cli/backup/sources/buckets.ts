import type { Account } from "../../../src/backup/account.ts";
import { bucketNamed } from "../../../src/backup/objects/buckets.ts";
import type { BucketSource } from "../../../src/backup/objects/copy.ts";
import { s3Of } from "../../../src/cloudflare/s3/s3.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** The stage's buckets that are there, and the keys of those that are declared and are not. */
export async function bucketsOf(
  account: Account,
  stage: Stage,
  systems: Project["systems"],
): Promise<{ readonly sources: readonly BucketSource[]; readonly missing: readonly string[] }> {
  const sources: BucketSource[] = [];
  const missing: string[] = [];
  for (const system of systems)
    for (const store of system.resources) {
      if (store.kind !== "r2") continue;
      const key = `${system.name}/${store.name}`;
      const place = { name: physicalName(store, stage), jurisdiction: store.jurisdiction ?? "default" };
      const like = await bucketNamed(account, place);
      if (like === undefined) missing.push(key);
      else
        sources.push({
          ...{ key, ...place, ...like, account },
          s3: sources[0]?.s3 ?? (await s3Of(account.connection, account.accountId)),
        });
    }
  return { sources, missing };
}
