import { createHash } from "node:crypto";
import { unitOf } from "../../cloudflare/contents/plural.ts";
import type { ClassEntry } from "../store/manifest.ts";
import type { OpenBackup } from "../store/open.ts";
import type { By, Door } from "./door.ts";
import type { ReadObject } from "./lines.ts";
import type { ObjectClass } from "./stored.ts";

/** Objects of a class that were put back, or compared alone, and what is otherwise in them. */
export interface RestoredClass {
  readonly entry: ClassEntry;
  readonly seconds: number;
  readonly differences: readonly string[];
  readonly told: readonly string[];
}

/** Digest of what an object gives out. */
export async function digestOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of content) hash.update(part);
  return hash.digest("hex");
}

/** Hands an object its bytes, lets it give them out again, and compares. Undefined: they are the same. */
export async function putObject(
  door: Door,
  of: ObjectClass,
  by: By,
  object: ReadObject,
): Promise<string | undefined> {
  try {
    await door.imported(of, by, object.id, object.content);
  } catch (error) {
    return `object ${object.id}: ${of.methods.import}() threw: ${saidBy(error)}`;
  }
  try {
    if ((await digestOf(door.exported(of, by, object.id))) === object.sha256) return undefined;
    return `object ${object.id}: what ${of.methods.export}() gives out is other than what ${of.methods.import}() was given`;
  } catch (error) {
    return `object ${object.id}: ${of.methods.export}() threw: ${saidBy(error)}`;
  }
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message : String(error));
/** So many differences are named. */
const mostNamed = 20;

/** Looks at each object of a class in a backup. @param look what it says is otherwise; by default its bytes are compared with their digest */
export async function eachObject(
  backup: OpenBackup,
  entry: ClassEntry,
  look: (object: ReadObject) => Promise<string | undefined> = sameBytes,
): Promise<readonly string[]> {
  const all = createHash("sha256");
  const found: string[] = [];
  let differing = 0;
  let objects = 0;
  for await (const object of backup.objectsOf(entry)) {
    objects++;
    all.update(`${object.id} ${object.bytes} ${object.sha256}\n`);
    const difference = await look(object);
    if (difference !== undefined && differing++ < mostNamed) found.push(difference);
  }
  if (differing > mostNamed)
    found.push(`${differing - mostNamed} more ${unitOf(differing - mostNamed, "objects")} differ`);
  if (objects !== entry.objects || all.digest("hex") !== entry.digest)
    found.push(`its file has ${objects} objects that are not the ${entry.objects} that were written`);
  return [...found, ...missingOf(entry)];
}

/** An object that gave nothing out when it was backed up is not in the backup: whoever relies on that has to know. */
const missingOf = ({ failed, failures }: ClassEntry): readonly string[] =>
  failed === 0
    ? []
    : [
        `${failed} ${unitOf(failed, "objects")} gave nothing out, and ${failed === 1 ? "is" : "are"} not in the backup`,
        ...failures,
      ];

const sameBytes = async ({ id, content, sha256 }: ReadObject): Promise<string | undefined> =>
  (await digestOf(content)) === sha256 ? undefined : `object ${id}: other bytes than were written`;
