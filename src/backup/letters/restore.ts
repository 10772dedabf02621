import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../account.ts";
import type { LettersEntry } from "../store/manifest.ts";
import type { OpenBackup } from "../store/open.ts";
import { canSend, type Letter, lettersOf, sendLetters } from "./letters.ts";

/** Dead letters that were put into a queue, and what is otherwise in it. */
export interface RestoredLetters {
  readonly entry: LettersEntry;
  readonly differences: readonly string[];
  readonly told: readonly string[];
}

/** Sends a backup's dead letters to a queue that nobody consumes, where they are not in it yet, and compares them. They get new ids and times. */
export async function restoreLetters(
  backup: OpenBackup,
  entry: LettersEntry,
  account: Account,
  queueId: string,
): Promise<RestoredLetters> {
  const wanted: Letter[] = [];
  let unsendable = 0;
  for await (const each of backup.lettersOf(entry)) {
    if (canSend(each)) wanted.push(each);
    else unsendable++;
  }
  const there = (await lettersOf(account, queueId)) ?? [];
  if (there.length === 0) await sendLetters(account, queueId, wanted);
  let same = false;
  // A queue shows what was sent a little later.
  for (let look = 1; !same && look <= 5; look++) {
    if (look > 1) await sleep(1_000);
    same = texts(wanted) === texts((await lettersOf(account, queueId)) ?? []);
  }
  return {
    entry,
    differences: same ? [] : ["its messages are others than those of the backup"],
    told:
      unsendable === 0
        ? []
        : [
            `${unsendable} messages are neither text nor JSON: only a worker can send such, and they stay in the backup`,
          ],
  };
}

const texts = (letters: readonly Letter[]): string =>
  JSON.stringify(letters.map(({ body, contentType }) => `${contentType} ${body}`).sort());
