import { z } from "zod";
import type { Place } from "./place/place.ts";

const file = z.object({ name: z.string(), bytes: z.number(), sha256: z.string() });

/** A database that is read in the middle. It lies in the bucket in clear, and so has numbers, and sealed what may be somebody's data. */
const halfRead = z.object({
  /** 1 the first time, and one more where it is read anew. */
  attempt: z.number(),
  bookmarkBefore: z.string().nullable(),
  /** A checksum: another schema, and it is read anew. */
  schema: z.string(),
  /** Files with the rows before the next one. */
  files: z.array(file),
  /** Which of its tables comes next, and behind which key, as SQL, sealed; `null`: at its beginning. */
  table: z.number(),
  behind: z.string().nullable(),
  /** Rows that were read, of each table. */
  rows: z.array(z.number()),
});

/** A namespace that is read in the middle. */
const halfPairs = z.object({
  files: z.array(file),
  keys: z.number(),
  /** From where its keys are listed, sealed. */
  cursor: z.string(),
});

const underWay = z.object({
  format: z.literal("lockstep-under-way/1"),
  name: z.string(),
  startedAt: z.string(),
  /** A checksum of the worker's settings: with others nobody goes on. */
  settings: z.string(),
  /** Which invocation is at work, and until when it is not disturbed. */
  holder: z.string(),
  untilMs: z.number(),
  /** Invocations since the last file was written. */
  tries: z.number(),
  /** When the last invocation failed, and at which database or namespace; its log has the words, which may be somebody's data. @default - it did not */
  failed: z.object({ at: z.string(), unit: z.number() }).optional(),
  /** Of databases and namespaces that are done. */
  files: z.array(file),
  /** How many of them are: databases, and then namespaces. */
  done: z.number(),
  now: halfRead.optional(),
  pairs: halfPairs.optional(),
});

export type UnderWay = Readonly<z.infer<typeof underWay>>;
export type HalfRead = NonNullable<UnderWay["now"]>;

/** Another invocation has taken over; this one stops, and leaves everything as it is. */
export class TakenOver extends Error {}

/** The state of a backup that is under way, in the bucket beside it. Each write is refused where somebody else has written since. */
export interface Held {
  readonly state: () => UnderWay;
  readonly save: (change: Partial<UnderWay>) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export const underWayFile = "under-way.json";

/** So many invocations in a row without a file, and nobody goes on until the next backup is due. */
export const mostTries = 5;

/** What {@link underWayFile} says. */
export const readState = (text: string): UnderWay => underWay.parse(JSON.parse(text));

/** What is under way, with the etag that a write of it is held against. */
export async function readUnderWay(
  place: Place,
  prefix: string,
): Promise<{ readonly state: UnderWay; readonly etag: string } | undefined> {
  const found = await place.get(`${prefix}${underWayFile}`);
  return found === undefined ? undefined : { state: readState(found.text), etag: found.etag };
}

/** A file comes every minute; whoever writes none for so long is gone. */
const holdMs = 5 * 60_000;

/** Takes hold of it. @param etag of what is there; undefined where nothing is */
export async function hold(
  { place, prefix }: { readonly place: Place; readonly prefix: string },
  begin: UnderWay,
  etag: string | undefined,
): Promise<Held> {
  let state = begin;
  let known = etag;
  const save = async (change: Partial<UnderWay>): Promise<void> => {
    const next = { ...state, ...change, untilMs: Date.now() + holdMs };
    const only = known === undefined ? "whereNothingIs" : { etag: known };
    const put = await place.put(`${prefix}${underWayFile}`, Buffer.from(JSON.stringify(next)), only);
    if (put === undefined) throw new TakenOver(`another invocation writes ${state.name}`);
    known = put;
    state = next;
  };
  await save({});
  return {
    state: () => state,
    save,
    remove: () => place.remove([`${prefix}${underWayFile}`]),
  };
}
