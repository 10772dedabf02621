import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Quirk } from "./quirk.ts";

const shape = z.object({
  name: z.string(),
  what: z.string(),
  source: z.string(),
  date: z.iso.date(),
  probe: z.string(),
  isSeen: z.custom<Quirk["isSeen"]>((value) => typeof value === "function"),
});
const own = extname(import.meta.filename);
const notQuirks = [`all${own}`, `probing${own}`, `quirk${own}`];

/** Every quirk of this folder: each file exports one, under whatever name. In order of names. */
export async function allQuirks(): Promise<readonly Quirk[]> {
  const files = readdirSync(import.meta.dirname).filter(
    (file) => extname(file) === own && !/\.(test|d)\.ts$/.test(file) && !notQuirks.includes(file),
  );
  const found = await Promise.all(
    files.map(async (file) => {
      const module: Readonly<Record<string, unknown>> = await import(
        pathToFileURL(join(import.meta.dirname, file)).href
      );
      const quirks = Object.values(module).flatMap((value) => {
        const parsed = shape.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      });
      const [quirk, ...more] = quirks;
      if (quirk === undefined || more.length > 0)
        throw new Error(`embedded/quirks/${file} has to export one quirk, it exports ${quirks.length}`);
      return quirk;
    }),
  );
  return found.sort((a, b) => a.name.localeCompare(b.name));
}
