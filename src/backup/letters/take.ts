import { join } from "node:path";
import { unitOf } from "../../cloudflare/contents/plural.ts";
import type { Account } from "../account.ts";
import type { Head } from "../store/head.ts";
import type { LettersEntry } from "../store/manifest.ts";
import { seal } from "../store/sealed.ts";
import { depthOf, type Letter, lettersOf } from "./letters.ts";

/** A queue of dead letters that is to be backed up. */
export interface LettersSource {
  /** `jobmatch/FAILED` */
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly account: Account;
}

/** Copies what lies in queues of dead letters, as far as the API shows it without taking it. */
export async function takeLetters(
  sources: readonly LettersSource[],
  draft: string,
  recipients: readonly string[],
): Promise<{ readonly letters: readonly LettersEntry[]; readonly files: Head["files"] }> {
  const letters: LettersEntry[] = [];
  const files: Head["files"][number][] = [];
  for (const [i, { key, name, id, account }] of sources.entries()) {
    const depth = await depthOf(account, id);
    const found = depth === 0 ? [] : await lettersOf(account, id);
    const file = `letters-${i}.age`;
    if (found !== undefined && found.length > 0)
      files.push({ name: file, ...(await seal(join(draft, file), recipients, linesOf(found))) });
    const missing = depth - (found?.length ?? 0);
    letters.push({
      ...{ key, physicalName: name, depth, messages: found?.length ?? 0 },
      ...(found !== undefined && found.length > 0 && { file }),
      without:
        missing <= 0
          ? []
          : [
              found === undefined
                ? `its ${depth} ${unitOf(depth, "messages")}, which the API token may not look at (Queues Edit)`
                : `${missing} of its ${depth} messages: the API shows no more of them without taking them away`,
            ],
    });
  }
  return { letters, files };
}

async function* linesOf(letters: readonly Letter[]): AsyncGenerator<string> {
  for (const each of letters) yield `${JSON.stringify(each)}\n`;
}
