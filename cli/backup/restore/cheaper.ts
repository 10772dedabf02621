import type { Head } from "../../../src/backup/store/head.ts";
import { momentAt } from "../../../src/backup/time-travel.ts";
import { command, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Site } from "../site.ts";

/** A database of a backup, and the one that serves; undefined where there is none any more. */
export interface Live {
  readonly key: string;
  readonly id: string | undefined;
}

/** Where Time Travel still reaches the moment of a backup in all of its databases: that it is there, and how. */
export async function cheaper(
  { startedAt, stage }: Pick<Head, "startedAt" | "stage">,
  databases: readonly Live[],
  site: Site,
): Promise<Sentence | undefined> {
  if (databases.length === 0) return undefined;
  try {
    for (const { key, id } of databases) {
      if (id === undefined) return undefined;
      await momentAt(site, id, key, new Date(startedAt));
    }
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  return sentence`Time Travel still reaches the moment of this backup. Where only rows of databases are wrong that is quicker, reads no row, and leaves keys, objects and vectors as they are: ${command("restore", { stage, at: startedAt })}`;
}
