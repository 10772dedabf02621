import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { writeWhole } from "../../../src/files/write-whole.ts";

const shape = z.strictObject({
  at: z.string(),
  by: z.string(),
  /** What was typed behind the stage; null: nothing. */
  version: z.string().nullable(),
  undo: z.boolean(),
  ended: z.boolean(),
  goals: z.array(z.strictObject({ label: z.string(), from: z.string(), to: z.string() })),
  databases: z.array(
    z.strictObject({
      key: z.string(),
      id: z.string(),
      bookmark: z.string(),
      /** A file that its ledger has on one side of the bookmark alone: so it is known whether the database was put back. */
      marker: z.string(),
      /** Whether the ledger has it once the database was put back. */
      markedAfter: z.boolean(),
      /** The bookmark that undoes it; null: not begun. */
      back: z.string().nullable(),
    }),
  ),
  /** `lockstep:contracts` of before and of afterwards; null: it stays. */
  contracts: z.strictObject({ before: z.unknown(), after: z.unknown() }).nullable(),
});

/** A rollback that changes databases or has: all that a command typed again needs to go on with it, or to take it back. */
export type RollbackNote = z.infer<typeof shape>;
export type NotedDatabase = RollbackNote["databases"][number];

/** Where a stage's last rollback is noted. */
export const noteFile = (root: string, target: "embedded" | "cloudflare", stage: string): string =>
  join(root, ".lockstep", "rollbacks", target, `${stage}.json`);

export function readNote(file: string): RollbackNote | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = shape.safeParse(json(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: "The note of the last rollback cannot be read; nothing was changed",
    where: file,
    got: z.prettifyError(parsed.error),
    expected: "what this version of lockstep wrote",
    fix: "go on with the version of lockstep that began it; once it is known what serves and what the databases hold, remove the file",
  });
}

/** On the disk when it returns: what follows may be ended at any moment. */
export function writeNote(file: string, note: RollbackNote): RollbackNote {
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, `${JSON.stringify(note, null, 2)}\n`, 0o600);
  return note;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
