import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../../src/backup/account.ts";
import { deleteVectors, upsertVectors } from "../../src/backup/vectors/change.ts";
import { stateOf, type Vector, vectorsById } from "../../src/backup/vectors/vectors.ts";
import { ApiError } from "../../src/cloudflare/api.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { MadeVector } from "../../src/reindex/fill.ts";
import { refusedOne } from "../../src/reindex/refused.ts";

/** Writes into one index, whose changes are carried out in their order, some time after they were taken. */
export interface Writer {
  readonly put: (vectors: readonly MadeVector[]) => Promise<void>;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  /** Waits until the index has carried out all of it. Throws UserError where it carries out nothing for some minutes. */
  readonly settle: () => Promise<void>;
}

/** What was written last, and so tells of everything before it: vectors that are there, or ids that are not. */
interface Last {
  readonly change: string | undefined;
  readonly ids: readonly string[];
  readonly vectors: ReadonlyMap<string, MadeVector>;
}

/** So long without any movement, and nobody waits any more. */
const patienceMs = 300_000;
/** Vectorize gives so many by their ids at once. */
const asked = 20;

/** @param hears how many vectors there are while it waits */
export function writerOf(account: Account, index: string, hears: (count: number) => void): Writer {
  let last: Last | undefined;
  return {
    async put(vectors) {
      const change = await taken(account, index, vectors);
      const shown = vectors.slice(0, asked);
      last = {
        change,
        ids: shown.map(({ id }) => id),
        vectors: new Map(shown.map((each) => [each.id, each])),
      };
    },
    async remove(ids) {
      const change = await deleteVectors(account, index, ids);
      last = { change, ids: ids.slice(0, asked), vectors: new Map() };
    },
    async settle() {
      if (last !== undefined) await carriedOut(account, index, last, hears);
      last = undefined;
    },
  };
}

/** Puts vectors in; names the row that Vectorize does not take. */
async function taken(
  account: Account,
  index: string,
  vectors: readonly MadeVector[],
): Promise<string | undefined> {
  try {
    return await upsertVectors(account, index, vectors);
  } catch (error) {
    if (!isOfVectors(error)) throw error;
    const one = await refusedOne(vectors, async (part) => {
      try {
        await upsertVectors(account, index, part);
        return false;
      } catch (again) {
        if (isOfVectors(again)) return true;
        throw again;
      }
    });
    throw new UserError(
      {
        what: "Vectorize does not take a row's vector; what was made until here stays, and is gone on with",
        where:
          one === undefined
            ? `index ${index}, rows ${JSON.stringify(vectors[0]?.id)} to ${JSON.stringify(vectors.at(-1)?.id)}`
            : `index ${index}, row ${JSON.stringify(one.id)}`,
        got: error.message,
        expected: "an id and metadata within Vectorize's limits",
        fix: "mend that row, or what the recipe's SELECT makes of it, then do this again",
      },
      { cause: error },
    );
  }
}

const isOfVectors = (error: unknown): error is ApiError =>
  error instanceof ApiError && [400, 413, 422].includes(error.status);

async function carriedOut(
  account: Account,
  index: string,
  last: Last,
  hears: (count: number) => void,
): Promise<void> {
  let moved = { at: Date.now(), as: "" };
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    const { mutation, count } = await stateOf(account, index);
    // Whoever else writes into it carries the last change's id past ours: then what was written tells.
    if (mutation !== undefined && mutation === last.change) return;
    if (await isSeen(account, index, last)) return;
    const as = `${mutation ?? ""} ${count}`;
    if (as !== moved.as) moved = { at: Date.now(), as };
    if (Date.now() - moved.at > patienceMs) throw stuck(index, last);
    hears(count);
    await sleep(waitMs);
  }
}

async function isSeen(account: Account, index: string, { ids, vectors }: Last): Promise<boolean> {
  const there = new Map((await vectorsById(account, index, ids)).map((each) => [each.id, each]));
  return ids.every((id) => {
    const [should, is] = [vectors.get(id), there.get(id)];
    return should === undefined || is === undefined ? should === is : isSame(should, is);
  });
}

const isSame = (should: MadeVector, { values, metadata = {} }: Vector): boolean =>
  should.values.length === values.length &&
  should.values.every((value, i) => isNear(value, values[i] ?? Number.NaN)) &&
  Object.keys(should.metadata).length === Object.keys(metadata).length &&
  Object.entries(should.metadata).every(([name, value]) => metadata[name] === value);

/** Vectorize keeps numbers of 32 bits. */
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a));

const stuck = (index: string, { change }: Last): UserError =>
  new UserError({
    what: "Vectorize has taken vectors and does not carry them out; what was made until here stays, and is gone on with",
    where: `index ${index}, change ${change ?? "without an id"}`,
    got: `nothing that moved for ${patienceMs / 60_000} minutes`,
    expected: "a change that is carried out some seconds after it was taken",
    fix: "look at Cloudflare's status page, then do this again",
  });
