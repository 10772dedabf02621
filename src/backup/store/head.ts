import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../diagnostic/user-error.ts";
import { checksum } from "../../migrations/sql/checksum.ts";

const head = z.object({
  format: z.literal("lockstep-backup/1"),
  /** The time at which it was begun: `20261130T120000Z`. */
  name: z.string(),
  stage: z.string(),
  target: z.enum(["embedded", "cloudflare"]),
  accountId: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** The backup before it, and the digest of that one's head: who takes one out of the row or exchanges it, is seen. */
  previous: z.object({ name: z.string(), digest: z.string() }).nullable(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  /** A worker wrote it, which has no key to sign with. @default - a command did */
  by: z.literal("worker").optional(),
  /** Of the stage's key, over all the rest: Ed25519, base64. @default - nobody signed it */
  signature: z.string().optional(),
});

/** As it is written: with its fields in this order. */
export const headShape = head;

/** What anybody may see of a backup without a key: neither tables nor rows. */
export type Head = Readonly<z.infer<typeof head>>;

export const headFile = "head.json";
export const manifestFile = "manifest.age";

/** A head with the digest that its successor and the journal know it by. */
export interface ReadHead {
  readonly head: Head;
  /** `sha256:…` */
  readonly digest: string;
  readonly folder: string;
}

/** Reads a backup's head. Throws UserError where there is none, or it is none. */
export function readHead(folder: string): ReadHead {
  const path = join(folder, headFile);
  let text: string;
  let value: unknown;
  try {
    text = readFileSync(path, "utf8");
    value = JSON.parse(text);
  } catch (error) {
    throw noBackup(path, error instanceof Error ? error.message : String(error), error);
  }
  const parsed = head.safeParse(value);
  if (!parsed.success) throw noBackup(path, z.prettifyError(parsed.error).replaceAll("\n", " "));
  return { head: parsed.data, digest: checksum(text), folder };
}

const noBackup = (where: string, got: string, cause?: unknown): UserError =>
  new UserError(
    {
      what: "This is no backup of a stage",
      where,
      got,
      expected: "a folder that a backup wrote, with head.json in it",
      fix: "name another folder: those of a stage are called by their time, such as 20261130T120000Z; where it is one of them, bring its head.json back from a copy; the others do not need it",
    },
    { cause },
  );
