import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { writeWhole } from "../files/write-whole.ts";

const shape = z.object({
  /** Of the recipe and the database: another one is begun anew. */
  recipe: z.string(),
  after: z.union([z.string(), z.number()]),
  sent: z.number(),
});

/** How far a run came. */
export type Progress = z.infer<typeof shape>;

export const digestOf = (...words: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(words)).digest("hex");

/** Where an earlier run of the same recipe ended; undefined where there was none, it was of another recipe, or it came to its end. */
export function begun(file: string, recipe: string): Progress | undefined {
  if (!existsSync(file)) return undefined;
  const found = shape.parse(JSON.parse(readFileSync(file, "utf8")));
  return found.recipe === recipe ? found : undefined;
}

export function note(file: string, progress: Progress): void {
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, `${JSON.stringify(progress)}\n`, 0o600);
}

export const ended = (file: string): void => rmSync(file, { force: true });
