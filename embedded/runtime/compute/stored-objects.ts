import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { ObjectsPage, StoredObject } from "../compute.ts";

const idPattern = /^[0-9a-f]{64}(?=\.sqlite$)/;

/** The objects of a namespace that were ever asked for, in order of their ids, beginning behind `after`. */
export async function storedObjects(
  folder: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<ObjectsPage> {
  const files = await readdir(folder).catch(() => []); // no object yet, no folder
  const ids = files.flatMap((file) => idPattern.exec(file)?.[0] ?? []).sort();
  const rest = ids.filter((id) => id > after);
  const objects: StoredObject[] = [];
  for (const id of rest.slice(0, limit)) {
    objects.push({ id, hasStoredData: hasData(join(folder, `${id}.sqlite`)) });
    await setImmediate(); // opening a thousand files must not keep the others waiting
  }
  return { objects, total: ids.length, more: rest.length > limit };
}

/** Reads beside workerd, which has the file open: a reader is in nobody's way. What cannot be read is there, whatever it is. */
function hasData(file: string): boolean {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .all()
        .map(({ name }) => String(name));
      return (
        tables.some((name) => !name.startsWith("_cf_")) ||
        (tables.includes("_cf_KV") && database.prepare("SELECT 1 FROM _cf_KV LIMIT 1").get() !== undefined)
      );
    } finally {
      database.close();
    }
  } catch {
    return true;
  }
}
