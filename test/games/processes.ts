import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { releasesFolder } from "../../src/release/journal/under-way.ts";

/** The process that serves a clone; undefined where none ever did. */
export const embeddedOf = (folder: string): number | undefined =>
  numberIn(join(folder, ".lockstep/embedded/connection.json"), /"pid":(\d+)/);

/** The process that drives the release of a clone's dev, or drove it last. */
export const driverOf = (folder: string): number | undefined =>
  numberIn(join(releasesFolder(folder, "embedded", "dev"), "driver.txt"), /process (\d+)/);

/** The `pulumi up` that runs for a clone. */
export const engineOf = (folder: string): number | undefined =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find(
      (pid) =>
        /pulumi\S* up /.test(read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")) &&
        read(`/proc/${pid}/environ`).includes(`LOCKSTEP_PROJECT=${folder}\0`),
    );

const numberIn = (file: string, pattern: RegExp): number | undefined => {
  const found = pattern.exec(read(file))?.[1];
  return found === undefined ? undefined : Number(found);
};

/** What a file says; nothing where there is none, or its process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
