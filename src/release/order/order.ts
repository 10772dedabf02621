import { workerGroups, workersOf } from "../../declare/graph.ts";
import type { System, Worker } from "../../declare/index.ts";
import type { Link } from "../../declare/links.ts";

/** Workers of one system that are released together, through all steps of its plan. */
export interface Wave {
  readonly system: System;
  readonly workers: readonly Worker[];
}

/** The order in which the workers of a stack are released. */
export interface Order {
  readonly waves: readonly Wave[];
  /** The links that it goes by: who is linked to comes before, or together where workers of one system call each other in a circle. */
  readonly kept: readonly Link[];
  /** The calls that a circle over several systems was broken at: the new caller comes before the new callee. */
  readonly broken: readonly Link[];
}

/** What becomes of a call of a new version that meets the stable one of the callee. */
export type Met = "lost" | "unknown" | "there";

/**
 * Whoever is called before whoever calls, over all systems: so a caller's new version meets no callee that lacks what it calls. A system stays
 * together, in the order of the list, where nothing forbids it. Who takes messages off a queue comes before who puts them there, unless they
 * would get into a circle by that.
 *
 * Workers of one system that call each other in a circle go together. Systems cannot, as each has a plan of its own: a circle over several is
 * broken, first at calls of which it is known that the stable version has what is called.
 * @param met asked of calls from one system to another
 */
export function orderOf(
  systems: readonly System[],
  all: readonly Link[],
  met: (link: Link) => Met = () => "unknown",
): Order {
  const home = new Map(systems.flatMap((system) => workersOf(system).map((worker) => [worker, system])));
  const workers = [...home.keys()];
  // A worker that no system lists is refused by the check of the system, and has no place.
  const links = all.filter(({ from, to }) => home.has(from) && home.has(to));
  const isAcross = ({ from, to }: Link): boolean => home.get(from) !== home.get(to);
  const calls = links.filter(({ by }) => by !== "queue");
  // Of two that call each other, who stands first in the list goes first: the calls of the later ones count more.
  const across = calls.filter(isAcross).toReversed();
  const held = (["lost", "unknown", "there"] as const).flatMap((each) =>
    across.filter((link) => met(link) === each),
  );
  let kept: readonly Link[] = calls.filter((link) => !isAcross(link));
  const broken: Link[] = [];
  for (const link of held) {
    const isBroken = groupsBy(workers, [...kept, link]).some((group) =>
      group.some((worker) => home.get(worker) !== home.get(group[0] ?? worker)),
    );
    if (isBroken) broken.push(link);
    else kept = [...kept, link];
  }
  for (const link of links.filter(({ by }) => by === "queue")) {
    const isCircle = groupsBy(workers, [...kept, link]).some(
      (group) => group.includes(link.from) && group.includes(link.to),
    );
    if (!isCircle) kept = [...kept, link];
  }
  const waves = wavesBy(systems, groupsBy(workers, kept), kept, home);
  return { waves, kept: links.filter((link) => kept.includes(link)), broken };
}

const groupsBy = (workers: readonly Worker[], links: readonly Link[]): readonly (readonly Worker[])[] =>
  workerGroups(workers, (worker) => linkedFrom(worker, links));

const linkedFrom = (worker: Worker, links: readonly Link[]): readonly Worker[] =>
  links.flatMap(({ from, to }) => (from === worker ? [to] : []));

/** @param groups each of one system, and no circle among them */
function wavesBy(
  systems: readonly System[],
  groups: readonly (readonly Worker[])[],
  links: readonly Link[],
  home: ReadonlyMap<Worker, System>,
): readonly Wave[] {
  const waves: Wave[] = [];
  const done = new Set<Worker>();
  let open = groups;
  while (open.length > 0) {
    const left = (system: System) =>
      open.filter(([first]) => first !== undefined && home.get(first) === system);
    const waitsFor = (group: readonly Worker[]): readonly Worker[] =>
      group
        .flatMap((worker) => linkedFrom(worker, links))
        .filter((to) => !done.has(to) && !group.includes(to));
    const ready = (system: System) => left(system).filter((group) => waitsFor(group).length === 0);
    const isFree = (system: System): boolean =>
      left(system)
        .flatMap(waitsFor)
        .every((worker) => home.get(worker) === system);
    const begun = waves.at(-1)?.system;
    const unfinished = [...(begun === undefined ? [] : [begun]), ...systems].filter(
      (system) => left(system).length > 0,
    );
    const system =
      unfinished.find(isFree) ?? unfinished.find((each) => ready(each).length > 0) ?? unfinished[0];
    const next = system === undefined ? [] : ready(system);
    // What is no circle has a first one: this is for the compiler, and for a mistake in the above.
    if (system === undefined || next.length === 0) throw new Error("the groups of workers have no order");
    waves.push({ system, workers: workersOf(system).filter((worker) => next.flat().includes(worker)) });
    for (const worker of next.flat()) done.add(worker);
    open = open.filter((group) => !next.includes(group));
  }
  return waves;
}

/** Whether a new caller meets the stable callee: they are released together, or the caller before. */
export function meetsStable({ waves }: Order, { from, to }: Link): boolean {
  const at = (worker: Worker): number => waves.findIndex(({ workers }) => workers.includes(worker));
  return at(from) <= at(to);
}
