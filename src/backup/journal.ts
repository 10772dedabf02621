import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { backupFolder, backupSettings } from "./settings.ts";
import { type Standing, standingOf, type Verified } from "./standing.ts";

/** One drill: a backup that was restored into an empty database and compared with itself, row by row. */
const entry = z.object({
  format: z.literal("lockstep-drill/1"),
  stage: z.string(),
  target: z.enum(["embedded", "cloudflare"]),
  accountId: z.string(),
  /** The backup's name, and the digest of its head. */
  backup: z.string(),
  digest: z.string(),
  /** When the backup was begun, and when the drill ended. ISO 8601. */
  takenAt: z.string(),
  drilledAt: z.string(),
  /** Seconds of work that a restore at the time of the drill would have lost. */
  rpoSeconds: z.number(),
  /** Seconds from the first byte that was read until the last row was compared. */
  rtoSeconds: z.number(),
  /** Nothing was found that makes the backup unfit. */
  proven: z.boolean(),
  databases: z.array(
    z.object({ name: z.string(), tables: z.number(), rows: z.number(), seconds: z.number() }),
  ),
  namespaces: z.array(z.object({ name: z.string(), keys: z.number(), seconds: z.number() })).default([]),
  buckets: z
    .array(z.object({ name: z.string(), objects: z.number(), bytes: z.number(), seconds: z.number() }))
    .default([]),
  indexes: z.array(z.object({ name: z.string(), vectors: z.number(), seconds: z.number() })).default([]),
  classes: z
    .array(z.object({ name: z.string(), objects: z.number(), bytes: z.number(), seconds: z.number() }))
    .default([]),
  /** What was found: in a proven one, what somebody should know all the same. */
  findings: z.array(z.string()),
});

export type JournalEntry = Readonly<z.infer<typeof entry>>;
export const journalEntry = entry;

/** How a stage stands with its backups. */
export type Proof =
  /** The newest drill proved a backup; `isOld` after the days that the stack file allows. */
  | {
      readonly kind: "proven";
      readonly entry: JournalEntry;
      readonly ageDays: number;
      readonly isOld: boolean;
    }
  /** The newest drill found a backup unfit; `last` is the newest one that was proven before. */
  | { readonly kind: "unfit"; readonly entry: JournalEntry; readonly last: JournalEntry | undefined }
  /** What the newest drill proved counts no more, nor what any other did: it cannot be read, is forged, or is another by now. */
  | { readonly kind: "refuted"; readonly entry: JournalEntry; readonly why: string }
  /** There are backups, and none was ever restored. */
  | { readonly kind: "unproven"; readonly backups: number }
  /** There is no backup at all. */
  | { readonly kind: "none" }
  /** Nobody knows: the place of the backups does not answer. */
  | { readonly kind: "unknown"; readonly why: string };

const msADay = 86_400_000;

/**
 * What is known of a stage's backups, from its journal. A backup counts once it was restored and compared: everything but `proven` without `isOld` is
 * red. A journal that cannot be read throws: "no data" must not pass for well.
 */
export function proofOf(whose: Verified, now: Date = new Date()): Proof {
  const entries = journal(backupFolder(whose));
  const standing = standingOf(whose);
  const newest = entries.at(-1);
  if (newest === undefined) {
    const backups = standing.sound.length;
    return backups === 0 ? { kind: "none" } : { kind: "unproven", backups };
  }
  if (!newest.proven) return { kind: "unfit", entry: newest, last: entries.findLast(({ proven }) => proven) };
  const counting = entries.findLast((each) => each.proven && refutedBy(standing, each) === undefined);
  if (counting === undefined)
    return { kind: "refuted", entry: newest, why: refutedBy(standing, newest) ?? "it is another by now" };
  const ageDays = (now.getTime() - Date.parse(counting.takenAt)) / msADay;
  const allowed = backupSettings(whose.configured)?.provenWithinDays ?? 7;
  return { kind: "proven", entry: counting, ageDays, isOld: ageDays > allowed };
}

/**
 * Why what a drill proved is not what is there by now; undefined where it is, and where the backup is elsewhere: the journal alone counts as well, as in
 * a job of CI that has no more than that.
 */
export function refutedBy(
  { sound, faults }: Standing,
  { backup, digest }: Pick<JournalEntry, "backup" | "digest">,
): string | undefined {
  const fault = faults.find(({ name }) => name === backup);
  if (fault !== undefined) return fault.why;
  const there = sound.find(({ head }) => head.name === backup);
  return there === undefined || there.digest === digest
    ? undefined
    : "it is another by now than the one that was";
}

/** Whether somebody can rely on it. */
export const isProven = (proof: Proof): boolean => proof.kind === "proven" && !proof.isOld;

/** The age of the last proof in one line: `proven 0.3 days ago (20261130T120000Z): 12 tables, 3456 rows, restored in 4 s`. */
export function proofText(proof: Proof): string {
  switch (proof.kind) {
    case "none":
      return "there is no backup";
    case "unknown":
      return `nobody knows of any: ${proof.why}`;
    case "unproven":
      return `${proof.backups} ${proof.backups === 1 ? "backup" : "backups"}, none of which was ever restored`;
    case "unfit":
      return `the newest drill found ${proof.entry.backup} unfit: ${proof.entry.findings[0] ?? "no reason given"}`;
    case "refuted":
      return `${proof.entry.backup} was proven, and counts no more: ${proof.why}`;
    case "proven": {
      const { entry: one, ageDays, isOld } = proof;
      const rows = one.databases.reduce((sum, each) => sum + each.rows, 0);
      const old = isOld ? ", which is too long ago" : "";
      return `${one.backup}, ${ageDays.toFixed(1)} days old${old}, is proven: ${rows} rows, restored in ${Math.ceil(one.rtoSeconds)} s`;
    }
    default:
      return proof satisfies never;
  }
}

/** All drills of a stage, the oldest first. Throws UserError where an entry cannot be read: the newest drill decides, and nobody knows which that is. */
export function journal(folder: string): readonly JournalEntry[] {
  const path = join(folder, "journal");
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => entryIn(join(path, name)));
}

function entryIn(file: string): JournalEntry {
  try {
    return entry.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new UserError(
      {
        what: "An entry of the journal of drills cannot be read, so nobody knows what was proven",
        where: file,
        got: error instanceof Error ? error.message.replaceAll("\n", " ") : String(error),
        expected: "the entry as the drill wrote it",
        fix: sentence`bring it back from a copy, or move it away and prove a backup again: ${command("drill")}`,
      },
      { cause: error },
    );
  }
}
