import { besideName } from "../../../src/backup/beside-name.ts";
import { databaseNamed } from "../../../src/backup/databases.ts";
import type { DatabaseEntry } from "../../../src/backup/store/manifest.ts";
import type { D1 } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Site } from "../site.ts";

/**
 * The name of what a backup is restored into: that of its store, without the time of an earlier restore, and the backup's. A number behind it where that
 * one is taken.
 *
 * @param longest name that Cloudflare takes
 * @param taken names of what serves or served: it has been written to
 */
export function nameBeside(
  physical: string,
  backup: string,
  longest: number,
  taken: ReadonlySet<string>,
): string {
  // Room is left for the number.
  const base = besideName(physical.replace(/-\d{8}t\d{6}z(-\d+)?$/, ""), backup, longest - 3);
  let name = base;
  for (let again = 2; taken.has(name); again++) name = `${base}-${again}`;
  return name;
}

/** The declaration of what a backup has. */
export const declaredD1 = ({ systems }: Project, key: string): D1 | undefined =>
  systems
    .flatMap(({ name, resources }) =>
      resources.flatMap((store) => (store.kind === "d1" ? [{ key: `${name}/${store.name}`, store }] : [])),
    )
    .find((each) => each.key === key)?.store;

/** The id of the database that serves where a backup's served; undefined where there is none any more. */
export function serving(
  site: Site,
  { key, physicalName: then }: DatabaseEntry,
  project: Project,
  stage: Stage,
): Promise<string | undefined> {
  const declared = declaredD1(project, key);
  return databaseNamed(site, declared === undefined ? then : physicalName(declared, stage));
}
