import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { writeWhole } from "../../../src/files/write-whole.ts";
import { switchedShape } from "../../../src/project/switched.ts";
import type { TargetName } from "../request.ts";
import { switching } from "./switching.ts";

/** A switch that was begun: from here on the stack file or the state may say something of it. */
const shape = z.object({
  /** The command that goes on with it. */
  verb: z.enum(["restore", "reindex"]).default("restore"),
  /** What the new stores were made from: `backup 20261130T120000Z`. */
  from: z.string(),
  /** Whether it switches back. */
  undo: z.boolean().default(false),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  stores: z.array(switching).min(1).readonly(),
  /** What the stack file said before. */
  before: switchedShape,
});
export type Begun = Readonly<z.infer<typeof shape>>;

/** Where what was begun is kept, and the stack's state as it was before. */
export const switchFolder = (root: string, target: TargetName, stage: string): string =>
  join(root, ".lockstep", "switch", `${target}-${stage}`);

const fileOf = (folder: string): string => join(folder, "begun.json");

export function begunIn(folder: string): Begun | undefined {
  const file = fileOf(folder);
  if (!existsSync(file)) return undefined;
  try {
    return shape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new UserError(
      {
        what: "What an earlier switch of stores wrote down cannot be read; nothing was done",
        where: file,
        got: error instanceof Error ? error.message.replaceAll("\n", " ") : String(error),
        expected: "the file as it was written",
        fix: "bring the file back; its folder has the state as it was before the switch, too",
      },
      { cause: error },
    );
  }
}

export function noteBegun(folder: string, begun: Begun): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(fileOf(folder), `${JSON.stringify(begun, null, 2)}\n`, 0o600);
}

export const noteEnded = (folder: string): void => rmSync(fileOf(folder), { force: true });
