import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The files below a folder as paths from it with `/`, in a fixed order: those of a folder before those of its folders. */
export function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => filesBelow(join(folder, name)).map((file) => `${name}/${file}`));
  return [...files, ...below];
}
