import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { writeWhole } from "../../src/files/write-whole.ts";
import type { TargetName } from "../stack/request.ts";
import type { Verdict } from "./checks.ts";
import { phases } from "./items.ts";

const verdict = z.object({ state: z.enum(["done", "failed", "unknown"]), said: z.string() });
const signature = z.object({
  item: z.string(),
  phase: z.enum(phases),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** What it was signed for: the files that are deployed, or what serves. */
  release: z.string(),
  /** What checks of the same phase said at that time. */
  checks: z.record(z.string(), verdict),
});
const file = z.object({ format: z.literal("lockstep-checklist/1"), signatures: z.array(signature) });

export type Signature = Readonly<z.infer<typeof signature>>;
export type Checks = Readonly<Record<string, Verdict>>;

/**
 * Where signatures of a stage are kept. Of a real account beside the stack files, so that they are committed, and others can see them: the stack's
 * state takes them only with an `up`, and `.lockstep` is this machine's. Of the embedded target they are this machine's.
 */
export const signaturesFile = (root: string, stage: string, target: TargetName): string =>
  target === "cloudflare"
    ? join(root, "checklists", `${stage}.json`)
    : join(root, ".lockstep", "checklists", `${stage}.json`);

/** All signatures of a stage, the oldest first. Throws UserError for a file that cannot be read. */
export function signaturesIn(path: string): readonly Signature[] {
  if (!existsSync(path)) return [];
  try {
    return file.parse(JSON.parse(readFileSync(path, "utf8"))).signatures;
  } catch (error) {
    throw new UserError(
      {
        what: "The signatures of the checklist cannot be read",
        where: path,
        got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
        expected: "what a checklist wrote",
        fix: "restore it from git",
      },
      { cause: error },
    );
  }
}

export function sign(path: string, added: Signature): void {
  const signatures = [...signaturesIn(path), added];
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, `${JSON.stringify({ format: "lockstep-checklist/1", signatures }, null, 2)}\n`);
}
