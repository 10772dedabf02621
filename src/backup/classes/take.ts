import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../account.ts";
import type { Head } from "../store/head.ts";
import type { ClassEntry } from "../store/manifest.ts";
import { seal } from "../store/sealed.ts";
import { type Door, openDoor } from "./door.ts";
import type { Line } from "./lines.ts";
import { type ObjectClass, storedIn } from "./stored.ts";

/** A class whose objects are to be backed up. */
export interface ClassSource extends ObjectClass {
  readonly namespaceId: string;
}

/** So often is an object asked that throws. */
const attempts = 3;
/** So many objects that cannot be read are the class, and not the objects: nobody waits for the others. */
const mostFailed = 100;
/** So many of them the manifest names. */
const mostNamed = 20;
const partBytes = 64 * 1024;

/** Writes what the objects of classes give out, a file a class. An object that gives nothing out is named, and the others are in it all the same. */
export async function takeClasses(
  account: Account,
  sources: readonly ClassSource[],
  {
    draft,
    recipients,
    say,
  }: {
    readonly draft: string;
    readonly recipients: readonly string[];
    readonly say: (text: string) => void;
  },
): Promise<{ readonly classes: readonly ClassEntry[]; readonly files: Head["files"] }> {
  const classes: ClassEntry[] = [];
  const files: Head["files"] = [];
  if (sources.length === 0) return { classes, files };
  const door = await openDoor(account, sources);
  try {
    for (const [i, source] of sources.entries()) {
      say(`${source.key}: reading …`);
      const file = `class-${i}.age`;
      const reading = readingOf(door, source);
      const lines = linesOf(reading, storedIn(account, source.namespaceId));
      files.push({ name: file, ...(await seal(join(draft, file), recipients, lines)) });
      const { key, script, className, namespaceId } = source;
      const { objects, bytes, failed, failures } = reading.counted;
      classes.push({
        ...{ key, script, className, namespaceId, file, objects, bytes, failed, failures },
        digest: reading.hash.digest("hex"),
      });
    }
  } finally {
    await door.close();
  }
  return { classes, files };
}

interface Reading {
  readonly door: Door;
  readonly source: ClassSource;
  readonly hash: ReturnType<typeof createHash>;
  readonly counted: { at: number; objects: number; bytes: number; failed: number; failures: string[] };
}

const readingOf = (door: Door, source: ClassSource): Reading => ({
  door,
  source,
  hash: createHash("sha256"),
  counted: { at: 0, objects: 0, bytes: 0, failed: 0, failures: [] },
});

async function* linesOf(reading: Reading, ids: AsyncIterable<string>): AsyncGenerator<string> {
  const { counted } = reading;
  for await (const id of ids) {
    if (counted.failed === mostFailed) {
      counted.failures.push(`the rest: ${mostFailed} of them gave nothing out, so no other one was asked`);
      return;
    }
    for await (const line of linesOfObject(reading, id)) yield `${JSON.stringify(line)}\n`;
  }
}

async function* linesOfObject(reading: Reading, id: string): AsyncGenerator<Line> {
  const { door, source, counted, hash: all } = reading;
  for (let attempt = 1; ; attempt++) {
    const at = counted.at++;
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      for await (const content of door.exported(source, "id", id))
        for (let from = 0; from < content.length; from += partBytes) {
          const part = content.subarray(from, from + partBytes);
          hash.update(part);
          bytes += part.length;
          yield { at, part: Buffer.from(part).toString("base64") };
        }
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      yield { at, id, error: said };
      if (attempt < attempts) {
        await sleep(200 * 2 ** attempt);
        continue;
      }
      counted.failed++;
      if (counted.failed <= mostNamed) counted.failures.push(`object ${id}: ${said}`);
      return;
    }
    const sha256 = hash.digest("hex");
    counted.objects++;
    counted.bytes += bytes;
    all.update(`${id} ${bytes} ${sha256}\n`);
    yield { at, id, bytes, sha256 };
    return;
  }
}
