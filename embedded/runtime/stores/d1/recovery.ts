import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { objectFile } from "../object-file.ts";
import { changedMs, removeDatabase, removeHalves } from "./database-files.ts";
import type { Ledger } from "./ledger.ts";

/** `<id>`, `<id>@1`, `<id>@2` …: each exchange gives the database a file of its own, so no open file is ever replaced. */
export const nextObject = (id: string, object: string): string => `${id}@${generation(id, object) + 1}`;

const generation = (id: string, object: string): number =>
  object === id ? 0 : Number(object.slice(id.length + 1));

/** A kill leaves at most the one before; a few more cost nothing. */
const earlierObjects = (id: string, object: string): readonly string[] =>
  Array.from({ length: generation(id, object) }, (_, n) => (n === 0 ? id : `${id}@${n}`)).slice(-3);

/**
 * After a kill: what was left unfinished goes. Returns the databases that were written after their last snapshot.
 */
export function recover(parts: {
  readonly root: string;
  readonly snapshots: string;
  readonly ledger: Ledger;
}): readonly string[] {
  const { root, snapshots, ledger } = parts;
  const known = ledger.databases();
  for (const folder of existsSync(snapshots) ? readdirSync(snapshots) : []) {
    const path = join(snapshots, folder);
    const id = decodeURIComponent(folder);
    const listed = new Set(ledger.snapshots(id).map((s) => s.bookmark));
    removeHalves(path);
    if (!known.includes(id)) rmSync(path, { recursive: true, force: true });
    else
      for (const file of readdirSync(path))
        if (!listed.has(basename(file, ".sqlite"))) rmSync(join(path, file), { force: true });
  }
  removeHalves(join(root, "d1", "miniflare-D1DatabaseObject"));
  return known.filter((id) => {
    const { object } = ledger.object(id);
    for (const earlier of earlierObjects(id, object)) removeDatabase(objectFile(root, "D1", earlier));
    return changedMs(objectFile(root, "D1", object)) > (ledger.snapshots(id).at(-1)?.takenMs ?? 0);
  });
}
