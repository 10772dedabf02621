import { z } from "zod";
import { parsedJson } from "../../files/json.ts";
import { type Entry, entry } from "./entry.ts";
import { wholeSentences } from "./sentences.ts";

/** Journals as a stack's state keeps them: release → its entries, a JSON a line. */
export const keptJournals = z.record(z.string(), z.string());
export type KeptJournals = Readonly<z.infer<typeof keptJournals>>;

/** A state is read and written whole with each `up`, so it must not grow with each release. */
const bounds = {
  /** Releases, the newest ones. */
  releases: 10,
  /** Of an ended release; one that is under way keeps its whole plan, as it is gone on with by it. */
  characters: 8_000,
  /** Of one reason, in whole sentences. */
  reason: 300,
} as const;

/** A journal as the state keeps it: of the measurements of a step the first, the last, and those that failed. */
export function keptText(entries: readonly Entry[]): string {
  const isEnded = hasEnd(entries);
  const thinned = entries.filter((each, at) => isTold(each, at, entries)).map((each) => short(each, isEnded));
  if (!isEnded || text(thinned).length <= bounds.characters) return text(thinned);
  const decisions = thinned.filter(({ kind }) => kind !== "measured");
  return text(
    decisions.length > most ? [...decisions.slice(0, most / 2), ...decisions.slice(-most / 2)] : decisions,
  );
}

/** Entries of a release whose every step somebody stopped and let go on. */
const most = 40;

const text = (entries: readonly Entry[]): string => entries.map((each) => JSON.stringify(each)).join("\n");

function isTold(each: Entry, at: number, entries: readonly Entry[]): boolean {
  if (each.kind !== "measured") return true;
  if (each.judged.some(({ verdict }) => verdict === "fail")) return true;
  const isOther = (one: Entry | undefined): boolean =>
    one?.kind !== "measured" || one.position !== each.position;
  return isOther(entries[at - 1]) || isOther(entries[at + 1]);
}

function short(each: Entry, isEnded: boolean): Entry {
  switch (each.kind) {
    case "measured":
      return {
        ...each,
        judged: each.judged.map((judged) => ({ ...judged, reason: cut(judged.reason) })),
      };
    case "begun":
      return isEnded && each.ownWarmUp !== undefined
        ? { ...each, ownWarmUp: { ...each.ownWarmUp, warmUps: [] } }
        : each;
    case "preparing": {
      const { parts: _, ...rest } = each;
      return isEnded ? rest : each;
    }
    case "prepared":
      return isEnded
        ? { ...each, positions: each.positions.map((position) => ({ ...position, gates: [] })) }
        : each;
    case "hooked":
      return { ...each, said: cut(each.said), output: cut(each.output) };
    case "passed":
    case "wished":
    case "aborting":
      return { ...each, reason: cut(each.reason) };
    default:
      return each;
  }
}

const cut = (reason: string): string => wholeSentences(reason, bounds.reason);

/** The entries of a kept journal; a line that this version does not know is passed over: it is told, not acted upon. */
export const keptEntries = (kept: string): readonly Entry[] =>
  kept.split("\n").flatMap((line) => {
    const parsed = entry.safeParse(parsedJson(line));
    return parsed.success ? [parsed.data] : [];
  });

/** What a state keeps once a run has told of its releases: the newest ones, of each what was told last. */
export const mergedJournals = (before: KeptJournals, told: KeptJournals): KeptJournals =>
  Object.fromEntries(
    Object.entries({ ...before, ...told })
      .toSorted(([a], [b]) => (a < b ? 1 : -1))
      .slice(0, bounds.releases),
  );

/** When and by whom a release was taken over, the last time: its driver was lost with its folder. */
export const takenOver = (entries: readonly Entry[]): Extract<Entry, { kind: "wished" }> | undefined =>
  entries.flatMap((each) => (each.kind === "wished" && each.takenOver === true ? [each] : [])).at(-1);

/** Whether a journal does not know what another one of the same release tells: that somebody took it over, or its end. */
export function isBehind(own: readonly Entry[], theirs: readonly Entry[]): boolean {
  const taken = takenOver(theirs);
  if (taken !== undefined && !own.some(({ kind, at }) => kind === "wished" && at === taken.at)) return true;
  return hasEnd(theirs) && !hasEnd(own);
}

const hasEnd = (entries: readonly Entry[]): boolean =>
  entries.some(({ kind }) => kind === "finished" || kind === "aborted");

/** The journal of a release that ends now: its last line is written behind its last change. */
export function withEnd(entries: readonly Entry[], at: string): readonly Entry[] {
  if (hasEnd(entries)) return entries;
  const isBack = entries.some(
    (each) => each.kind === "aborting" || (each.kind === "wished" && each.wish === "abort"),
  );
  return [...entries, { kind: isBack ? "aborted" : "finished", at }];
}

/** Who took a release over that a run would go on with as if nobody had; undefined where nobody did. */
export function overtaken(
  before: KeptJournals,
  told: KeptJournals,
): { readonly id: string; readonly by: string } | undefined {
  for (const [id, kept] of Object.entries(told)) {
    const theirs = takenOver(keptEntries(before[id] ?? ""));
    if (theirs === undefined) continue;
    if (!keptEntries(kept).some(({ kind, at }) => kind === "wished" && at === theirs.at))
      return { id, by: theirs.by };
  }
  return undefined;
}
