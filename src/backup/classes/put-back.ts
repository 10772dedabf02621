import type { ClassEntry } from "../store/manifest.ts";
import type { OpenBackup } from "../store/open.ts";
import type { Door } from "./door.ts";
import { digestOf, putObject } from "./put.ts";
import type { ObjectClass } from "./stored.ts";

/** How the objects of a class stand beside a backup: their ids, with the digest of what they give out now. */
export interface Beside {
  /** Those that have stored nothing, or give nothing out. */
  readonly empty: ReadonlyMap<string, string>;
  readonly changed: ReadonlyMap<string, string>;
  readonly same: number;
  /** Those that the backup has not. */
  readonly added: number;
  /** Those that cannot be compared, since they throw. */
  readonly failing: readonly string[];
}

const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** @param stored ids of the objects that have stored something */
export async function besideBackup(
  door: Door,
  of: ObjectClass,
  {
    backup,
    entry,
    stored,
  }: {
    readonly backup: OpenBackup;
    readonly entry: ClassEntry;
    readonly stored: ReadonlySet<string>;
  },
): Promise<Beside> {
  const empty = new Map<string, string>();
  const changed = new Map<string, string>();
  const failing: string[] = [];
  let [same, known] = [0, 0];
  for await (const { id, sha256 } of backup.objectsOf(entry)) {
    if (stored.has(id)) known++;
    try {
      const now = stored.has(id) ? await digestOf(door.exported(of, "id", id)) : nothing;
      if (now === sha256) same++;
      else (now === nothing ? empty : changed).set(id, now);
    } catch (error) {
      failing.push(`object ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { empty, changed, same, added: stored.size - known, failing };
}

/** Lets objects import what the backup has of them. One that gives out something else by now than when it was compared is left as it is. */
export async function putBackObjects(
  door: Door,
  of: ObjectClass,
  {
    backup,
    entry,
    wanted,
  }: {
    readonly backup: OpenBackup;
    readonly entry: ClassEntry;
    readonly wanted: ReadonlyMap<string, string>;
  },
): Promise<{ readonly put: number; readonly left: number; readonly differences: readonly string[] }> {
  const differences: string[] = [];
  let [put, left] = [0, 0];
  for await (const object of backup.objectsOf(entry)) {
    const before = wanted.get(object.id);
    if (before === undefined) continue;
    if ((await digestOf(door.exported(of, "id", object.id))) !== before) {
      left++;
      continue;
    }
    const difference = await putObject(door, of, "id", object);
    if (difference === undefined) put++;
    else differences.push(difference);
  }
  return { put, left, differences };
}
