import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Opening } from "../../../src/migrations/plan/opening.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Site } from "../../db/site.ts";
import { actor } from "../../stack/actor.ts";
import type { Goal } from "./goal.ts";
import type { RollbackNote } from "./journal.ts";
import type { Offer } from "./offer.ts";
import { isPutBack } from "./put-back.ts";
import type { Request } from "./request.ts";

/** What is about to be done. */
export function noteOf(
  goals: readonly Goal[],
  offers: readonly Offer[],
  contracts: Readonly<Record<string, Opening>>,
  { version }: Request,
): RollbackNote {
  const undone = new Map(
    offers.map(({ pairs: [{ key }], way }) => [key, new Set(way.undone.map(({ name }) => name))]),
  );
  const after = Object.fromEntries(
    Object.entries(contracts).filter(([key, { through }]) => undone.get(key)?.has(through) !== true),
  );
  return {
    at: new Date().toISOString(),
    by: actor(),
    version: version ?? null,
    undo: false,
    ended: false,
    goals: goals.map(({ label, from, to }) => ({ label, from, to })),
    databases: offers.map(({ pairs: [{ key, job }], way }) => ({
      ...{ key, id: job.databaseId, bookmark: way.bookmark, back: null },
      ...{ marker: way.undone[0].name, markedAfter: false },
    })),
    contracts: offers.length === 0 ? null : { before: contracts, after },
  };
}

/** What takes it back: of the databases those that were put back and are there still. */
export async function reversed(note: RollbackNote, site: Site): Promise<RollbackNote> {
  const databases: RollbackNote["databases"] = [];
  for (const each of note.databases)
    if (each.back !== null && (await isPutBack(site, each)))
      databases.push({ ...each, bookmark: each.back, markedAfter: !each.markedAfter, back: null });
  return {
    ...note,
    ...{ at: new Date().toISOString(), by: actor(), undo: true, ended: false, databases },
    goals: note.goals.map(({ label, from, to }) => ({ label, from: to, to: from })),
    contracts:
      note.contracts === null ? null : { before: note.contracts.after, after: note.contracts.before },
  };
}

/** The workers of a note as the project declares them. */
export const goalsIn = ({ goals }: RollbackNote, systems: readonly System[], stage: Stage): readonly Goal[] =>
  systems.flatMap((system) =>
    workersOf(system).flatMap((worker): Goal[] => {
      const label = `${system.name}/${worker.name}`;
      const found = goals.find((each) => each.label === label);
      return found === undefined ? [] : [{ ...found, system, worker, script: physicalName(worker, stage) }];
    }),
  );
