import { journal, proofText, refutedBy } from "../../../src/backup/journal.ts";
import { proofNow } from "../../../src/backup/proof-now.ts";
import { backupFolder } from "../../../src/backup/settings.ts";
import { standingOf, type Verified } from "../../../src/backup/standing.ts";

/** What is known of the backups of a stage. */
export interface KnownBackups {
  /** How the stage stands, in a line. */
  readonly text: string;
  /** When the newest backup that a drill proved was taken, ISO 8601, by the label of each database in it. */
  readonly proven: Readonly<Record<string, string>>;
}

/** Reads the journal of a stage's drills. One that cannot be read is no reason to keep a repair from prod: it is said, and proves nothing. */
export async function knownBackups(
  whose: Verified,
  env: Readonly<Record<string, string | undefined>>,
  now = new Date(),
): Promise<KnownBackups> {
  try {
    const text = proofText(await proofNow(whose, () => env, now));
    const standing = standingOf(whose);
    const proofs = journal(backupFolder(whose)).filter(
      (entry) => entry.proven && refutedBy(standing, entry) === undefined,
    );
    return {
      text,
      proven: Object.fromEntries(
        proofs.flatMap(({ databases, takenAt }) => databases.map(({ name }) => [name, takenAt])),
      ),
    };
  } catch (error) {
    return {
      text: `the journal of drills cannot be read: ${error instanceof Error ? error.message : error}`,
      proven: {},
    };
  }
}
