import { databaseNamed } from "../../../../src/backup/databases.ts";
import { bucketNamed } from "../../../../src/backup/objects/buckets.ts";
import type { OpenBackup } from "../../../../src/backup/store/open.ts";
import { indexNamed, stateOf } from "../../../../src/backup/vectors/vectors.ts";
import { placeOfTarget } from "../../../../src/diagnostic/place.ts";
import { inPlace } from "../../../../src/diagnostic/sentence.ts";
import { table } from "../../../../toolchain/table.ts";
import type { Site } from "../../site.ts";
import { cheaper } from "../cheaper.ts";
import type { Place, Places } from "../places.ts";
import { type At, say } from "../prepared.ts";
import { bookmarkIn, classLines, costLine, ledgerLines, objectLines, sinceLines } from "../told.ts";
import { byHandStays, goesAlong } from "./goes-along.ts";

/** What would come back and what would be lost, before anything is made. Gives where each database was when it was counted. */
export async function show(
  backup: OpenBackup,
  { places, held, undeclared }: Places,
  { request, place, site }: At,
): Promise<ReadonlyMap<string, string>> {
  const { head, manifest } = backup;
  const asked = new Map<string, string>();
  say(`Backup ${head.name}, begun at ${head.startedAt}, account ${head.accountId}:\n`);
  say(
    table(
      ["store", "serves now", "the backup goes into"],
      places.map(({ key, from, name }) => [key, from.name, name]),
    ),
  );
  const read = manifest.databases.filter((entry) =>
    places.some(({ kind, key }) => kind === "d1" && key === entry.key),
  );
  if (read.length > 0) say(costLine(read));
  const live = await Promise.all(
    places
      .filter(({ kind }) => kind === "d1")
      .map(async ({ key, from }) => ({ key, id: await databaseNamed(site, from.name) })),
  );
  const quicker = await cheaper(head, live, site);
  if (quicker !== undefined)
    say(inPlace(quicker, placeOfTarget(request.stage.name, request.target, place.root)));
  say("\nWritten since, and lost to those who use it:");
  for (const entry of manifest.databases) {
    const of = places.find(({ kind, key }) => kind === "d1" && key === entry.key);
    if (of === undefined) continue;
    const id = live.find(({ key }) => key === entry.key)?.id;
    if (id !== undefined) asked.set(entry.key, await bookmarkIn(site, entry.key, id));
    for (const line of await sinceLines(site, backup, entry, id)) say(`  ${line}`);
    for (const line of ledgerLines(place.project, entry, place.root)) say(`  ${line}`);
  }
  for (const each of places) for (const line of await othersSince(backup, each, site)) say(`  ${line}`);
  for (const { key, declared } of places)
    if (declared.kind === "r2") for (const line of goesAlong(declared)) say(`${key}: ${line}`);
  if (places.some(({ kind }) => kind === "r2")) say(byHandStays);
  for (const line of manifest.notInBackup) say(line);
  for (const line of classLines(manifest.classes)) say(line);
  for (const line of held) say(`not switched: ${line}; --into new restores it beside`);
  for (const key of undeclared) say(`not restored: ${key}, which the stage does not declare any more`);
  say(
    "What serves now is kept, and goes on being written to until it is switched: what it got until then is counted afterwards.",
  );
  return asked;
}

/** Of what is no database. */
async function othersSince(
  backup: OpenBackup,
  { key, declared, from }: Place,
  site: Site,
): Promise<readonly string[]> {
  switch (declared.kind) {
    case "d1":
      return [];
    case "kv":
      return [`${key}: the keys of namespaces are not counted`];
    case "r2": {
      const entry = backup.manifest.buckets.find((each) => each.key === key);
      const place = { name: from.name, jurisdiction: declared.jurisdiction ?? "default" };
      if (entry === undefined) return [];
      if ((await bucketNamed(site, place)) === undefined)
        return [`${key}: the bucket that served is there no more`];
      const lines = await objectLines(site, key, place, backup.inventoryOf(entry).objects());
      return lines.length === 0 ? [`${key}: nothing`] : lines;
    }
    case "vectorize": {
      const entry = backup.manifest.indexes.find((each) => each.key === key);
      if ((await indexNamed(site, from.name)) === undefined)
        return [`${key}: the index that served is there no more`];
      const { count } = await stateOf(site, from.name);
      return [
        `${key}: it has ${count} vectors now, and the backup ${entry?.vectors ?? 0}; which of them are others is not counted`,
      ];
    }
  }
}
