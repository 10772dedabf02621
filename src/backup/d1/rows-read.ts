import { type JournalEntry, journal } from "../journal.ts";
import { atOnceBytes, mostAttempts } from "./pages/pages.ts";

/** A database that will be read, by what is known of it without reading any row: D1 bills a count of them as well. */
interface Unread {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Of a row's share of the file, indexes with it: rather too little, so that the rows are rather too many. */
const bytesOfRow = 100;

/**
 * Before databases are read: how many rows D1 will bill. Of each as many as the stage's newest drill counted, and a guess by its size where none did. A
 * journal that cannot be read keeps nobody from a backup.
 * @param folder of the stage's backups
 */
export function rowsReadLines(folder: string, databases: readonly Unread[]): readonly string[] {
  if (databases.length === 0) return [];
  const { newest, why } = newestDrill(folder);
  const known = databases.map(({ key, sizeBytes }) => {
    const counted = newest?.databases.find(({ name }) => name === key)?.rows;
    return counted === undefined
      ? {
          rows: Math.ceil(sizeBytes / bytesOfRow),
          text: `${key}: a guess, its ${sizeBytes} bytes at ${bytesOfRow} bytes a row: ${why ?? "no drill has counted them yet"}`,
        }
      : { rows: counted, text: `${key}: ${counted}, as a drill counted in the backup of ${newest?.takenAt}` };
  });
  const isLarge = databases.some(({ sizeBytes }) => sizeBytes > atOnceBytes);
  return [
    `about ${known.reduce((sum, { rows }) => sum + rows, 0)} rows will be read, which D1 bills:`,
    ...known.map(({ text }) => `  ${text}`),
    ...(isLarge
      ? [
          `  a database of more than ${atOnceBytes / 1_000_000} MB that is written to meanwhile is read up to ${mostAttempts} times`,
        ]
      : []),
  ];
}

function newestDrill(folder: string): {
  readonly newest: JournalEntry | undefined;
  readonly why: string | undefined;
} {
  try {
    return { newest: journal(folder).at(-1), why: undefined };
  } catch {
    // Its proof is another question: `status`, `backup check` and each refusal that needs one say what is wrong with it.
    return { newest: undefined, why: `the journal of drills in ${folder} cannot be read` };
  }
}
