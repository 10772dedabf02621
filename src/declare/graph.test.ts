import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls, cyclePath, workerGroups } from "./graph.ts";
import { service } from "./workers/service.ts";
import { type Worker, worker } from "./workers/worker.ts";

/** Workers named by their index, each calling those in its list. */
function workersCalling(lists: readonly (readonly number[])[]): Worker[] {
  const all: Worker[] = [];
  for (const [at, list] of lists.entries()) {
    const env = Object.fromEntries(
      list.map((to) => [
        `S${to}`,
        service((): Worker => {
          const target = all[to];
          if (target === undefined) throw new Error(`no worker ${to}`);
          return target;
        }),
      ]),
    );
    all.push(worker(`w${at}`, { main: "x.ts", compatibilityDate: "2026-01-01", env }));
  }
  return all;
}

const edges = (each: Worker): readonly Worker[] => calls(each).map((call) => call.to);
const names = (groups: readonly (readonly Worker[])[]): string[][] =>
  groups.map((group) => group.map(({ name }) => name).sort());

describe("workers are ordered", () => {
  test("callees before callers", () => {
    expect(names(workerGroups(workersCalling([[1, 2], [2], []]), edges))).toEqual([["w2"], ["w1"], ["w0"]]);
  });

  test("with those that need each other in one group", () => {
    expect(names(workerGroups(workersCalling([[1], [2], [0], [0]]), edges))).toEqual([
      ["w0", "w1", "w2"],
      ["w3"],
    ]);
  });

  test("a worker that calls itself is no group of several", () => {
    expect(names(workerGroups(workersCalling([[0]]), edges))).toEqual([["w0"]]);
  });
});

test("a cycle is told as the path that closes it", () => {
  const workers = workersCalling([[1], [2], [0]]);
  expect(cyclePath(workers, edges)).toBe("w0 → w1 → w2 → w0");
  const two = workersCalling([[1], [0]]);
  expect(cyclePath(two, edges)).toBe("w0 → w1 → w0");
});

const graphs = fc
  .integer({ min: 1, max: 9 })
  .chain((count) =>
    fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: count }), { minLength: count, maxLength: count }),
  );

test("in any graph every callee comes before its caller, or is in its group; and each worker is in one group", () => {
  fc.assert(
    fc.property(graphs, (lists) => {
      const workers = workersCalling(lists);
      const groups = workerGroups(workers, edges);
      expect(groups.flat().length).toBe(workers.length);
      const at = (each: Worker): number => groups.findIndex((group) => group.includes(each));
      for (const each of workers)
        for (const callee of edges(each)) expect(at(callee)).toBeLessThanOrEqual(at(each));
    }),
  );
});

test("a group is exactly the workers that reach each other", () => {
  fc.assert(
    fc.property(graphs, (lists) => {
      const workers = workersCalling(lists);
      const groups = workerGroups(workers, edges);
      const reaches = (from: Worker, to: Worker, seen = new Set<Worker>()): boolean =>
        edges(from).some(
          (next) => next === to || (!seen.has(next) && seen.add(next) && reaches(next, to, seen)),
        );
      for (const a of workers)
        for (const b of workers)
          if (a !== b) {
            const together = groups.some((group) => group.includes(a) && group.includes(b));
            expect(together).toBe(reaches(a, b) && reaches(b, a));
          }
    }),
  );
});

test("the path of a cycle is one: each step is a call", () => {
  fc.assert(
    fc.property(graphs, (lists) => {
      const workers = workersCalling(lists);
      for (const group of workerGroups(workers, edges).filter(({ length }) => length > 1)) {
        const path = cyclePath(group, edges).split(" → ");
        expect(path.length).toBeGreaterThan(2);
        expect(path.at(-1)).toBe(path[0]);
        for (const [i, name] of path.slice(0, -1).entries()) {
          const from = group.find((each) => each.name === name);
          expect(from === undefined ? [] : edges(from).map((to) => to.name)).toContain(path[i + 1]);
        }
      }
    }),
  );
});
