import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { checksum } from "../../migrations/sql/checksum.ts";
import { type Pace, paced, unpaced } from "../d1/pages/pace.ts";
import { nameOf } from "../name-of.ts";
import { type Into, putSealed, type WrittenFile } from "./files.ts";
import { finish } from "./finish.ts";
import type { Notes } from "./notes.ts";
import { counted, type Place } from "./place/place.ts";
import { readDatabase } from "./read-database.ts";
import { readNamespace } from "./read-namespace.ts";
import type { WorkerSettings } from "./settings.ts";
import { type Share, share } from "./share.ts";
import { type Held, hold, mostTries, readUnderWay, TakenOver, type UnderWay } from "./under-way.ts";

/** What the worker is bound to. */
export interface Bindings {
  readonly place: Place;
  readonly notes: Notes;
  /** By their number in the settings. */
  readonly database: (number: number) => D1Database;
  readonly namespace: (number: number) => KVNamespace;
}

/** What became of one invocation. */
export type Outcome =
  /** There was nothing to go on with, or another invocation is at work. */
  | { readonly kind: "nothing"; readonly why: string }
  /** The next invocation goes on. */
  | { readonly kind: "later"; readonly name: string; readonly done: number; readonly of: number }
  | { readonly kind: "written"; readonly name: string };

/**
 * Goes on with the backup that is under way, or begins one. Nothing counts before its head is written, which comes last.
 * @param isDue whether one is begun where none is under way
 */
export async function run(settings: WorkerSettings, bindings: Bindings, isDue: boolean): Promise<Outcome> {
  const used = share(settings.requests);
  const bound = { ...bindings, place: counted(bindings.place, () => used.count(1)) };
  let held: Held | undefined;
  try {
    held = await takeHold(settings, bound, isDue);
    if (held === undefined)
      return { kind: "nothing", why: "no backup is due, or another invocation writes one" };
    return await goOn(settings, bound, held, used);
  } catch (error) {
    if (error instanceof TakenOver) return { kind: "nothing", why: error.message };
    if (held !== undefined) await noteFailure(held);
    throw error;
  }
}

/** So that others see it, and the next invocation need not wait. What failed stays the reason where that cannot be written down either. */
async function noteFailure(held: Held): Promise<void> {
  const failed = { at: new Date().toISOString(), unit: held.state().done };
  try {
    await held.save({ failed, holder: "" });
  } catch (second) {
    console.log(
      `that it failed could not be written down: ${second instanceof Error ? second.message : second}`,
    );
  }
}

async function takeHold(
  settings: WorkerSettings,
  { place }: Bindings,
  isDue: boolean,
): Promise<Held | undefined> {
  const { prefix } = settings;
  const own = checksum(JSON.stringify(settings));
  const holder = crypto.randomUUID();
  const found = await readUnderWay(place, prefix);
  const there = { place, prefix };
  if (found !== undefined) {
    const { state, etag } = found;
    if (state.untilMs > Date.now() && state.holder !== "") return undefined;
    const isAlive = state.settings === own && state.tries < mostTries;
    if (isAlive) return hold(there, { ...state, holder, tries: state.tries + 1 }, etag);
    if (!isDue) return undefined;
    await removeFolder(place, `${prefix}${state.name}/`);
    return hold(there, fresh(own, holder), etag);
  }
  return isDue ? hold(there, fresh(own, holder), undefined) : undefined;
}

function fresh(settings: string, holder: string): UnderWay {
  const now = new Date();
  return {
    ...{ format: "lockstep-under-way/1", name: nameOf(now), startedAt: now.toISOString(), settings, holder },
    ...{ untilMs: 0, tries: 1, files: [], done: 0 },
  };
}

async function goOn(settings: WorkerSettings, bindings: Bindings, held: Held, used: Share): Promise<Outcome> {
  const { name, holder } = held.state();
  const folder = `${settings.prefix}${name}/`;
  const into: Into = { place: bindings.place, folder, recipients: settings.recipients, share: used };
  const units = [
    ...settings.databases.map((each, i) => async (reading: Work) => {
      const files = reading.named(`d1-${i}`);
      return readDatabase(each, bindings.database(i), { ...reading, nameOf: files });
    }),
    ...settings.namespaces.map((each, i) => async (reading: Work) => {
      const files = reading.named(`kv-${i}`);
      return readNamespace(each, bindings.namespace(i), { ...reading, nameOf: files });
    }),
  ];
  let count = 0;
  const work: Work = {
    ...{ into, held, pace: paceOf(settings), notes: bindings.notes },
    // An invocation that was killed may have left a file: no two of them use the same names.
    named: (begin) => () => `${begin}-${holder.slice(0, 8)}-${count++}.age`,
  };
  for (let done = held.state().done; done < units.length; done++) {
    const later: Outcome = { kind: "later", name, done, of: units.length };
    if (used.spent() >= 1) return letGo(held, later);
    const read = await units[done]?.(work);
    if (read === undefined) return letGo(held, later);
    const isDatabase = done < settings.databases.length;
    const line = `${JSON.stringify(isDatabase ? { database: read.entry } : { namespace: read.entry })}\n`;
    const entry: WrittenFile = await putSealed(into, work.named(`entry-${done}`)(), line);
    const { now: _, pairs: __, ...state } = held.state();
    await held.save({
      ...state,
      ...{ now: undefined, pairs: undefined },
      files: [...state.files, ...read.files, entry],
      done: done + 1,
      tries: 0,
      failed: undefined,
    });
  }
  await finish(settings, into, held);
  return { kind: "written", name };
}

interface Work {
  readonly into: Into;
  readonly held: Held;
  readonly notes: Notes;
  readonly pace: Pace;
  readonly named: (begin: string) => () => string;
}

/** Says that nobody is at work, so that the next invocation need not wait. */
async function letGo(held: Held, outcome: Outcome): Promise<Outcome> {
  await held.save({ holder: "" });
  return outcome;
}

const paceOf = ({ rowsPerSecond }: WorkerSettings): Pace =>
  rowsPerSecond === undefined
    ? unpaced
    : paced(rowsPerSecond, {
        now: Date.now,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      });

/** Removes what a backup left that nobody goes on with; its files are no backup without a head. */
async function removeFolder(place: Place, folder: string): Promise<void> {
  const left = await place.keys(folder);
  if (!left.includes(`${folder}head.json`)) await place.remove(left);
}
