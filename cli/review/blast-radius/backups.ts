import { journal, proofOf, proofText } from "../../../src/backup/journal.ts";
import { backupFolder, type Whose } from "../../../src/backup/settings.ts";

/** What is known of the backups of a stage. */
export interface KnownBackups {
  /** How the stage stands, in a line. */
  readonly text: string;
  /** When the newest backup that a drill proved was taken, ISO 8601, by the label of each database in it. */
  readonly proven: Readonly<Record<string, string>>;
}

/** Reads the journal of a stage's drills. One that cannot be read is no reason to keep a repair from prod: it is said, and proves nothing. */
export function knownBackups(whose: Whose, now = new Date()): KnownBackups {
  try {
    const proofs = journal(backupFolder(whose)).filter(({ proven }) => proven);
    return {
      text: proofText(proofOf(whose, now)),
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
