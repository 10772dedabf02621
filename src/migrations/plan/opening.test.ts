import { expect, test } from "vitest";
import type { Serving } from "../../cloudflare/deployments.ts";
import { brokenOpening, eligibility, missingRelease, openedTogether } from "./opening.ts";

const at = Date.parse("2026-01-01T00:00:00Z");
const alone = (worker: string, ageSeconds: number): Serving => ({
  worker,
  deployedAtMs: at - ageSeconds * 1000,
  versions: [{ id: `${worker}-version`, percentage: 100 }],
});

test("a contract opens when every worker has served one version for the bake time", () => {
  expect(eligibility([alone("a", 600), alone("b", 300)], 300, at)).toEqual({
    kind: "eligible",
    versions: { a: "a-version", b: "b-version" },
  });
});

test("while only time is missing, the moment is named: that of the youngest deployment", () => {
  const waiting = eligibility([alone("a", 100), alone("b", 200)], 300, at);
  expect(waiting).toMatchObject({ kind: "waiting", fromMs: at + 200_000 });
});

test("a split deployment or none has no moment, it has to be finished first", () => {
  const split: Serving = {
    ...alone("a", 900),
    versions: [
      { id: "one", percentage: 90 },
      { id: "two", percentage: 10 },
    ],
  };
  expect(eligibility([split, alone("b", 900)], 300, at)).toEqual({
    kind: "waiting",
    reasons: ["a is served by one at 90 % and two at 10 %"],
    fromMs: undefined,
  });
  expect(eligibility([{ ...alone("a", 0), versions: [] }], 0, at)).toMatchObject({
    reasons: ["a has no deployment"],
  });
});

test("a database that no worker binds waits for nobody", () => {
  expect(eligibility([], 300, at)).toEqual({ kind: "eligible", versions: {} });
});

test("an opening is broken by a new split and by a worker that was not asked", () => {
  const opening = {
    through: "0002_drop.sql",
    openedAt: "2026-01-01T00:00:00Z",
    versions: { a: "a-version" },
  };
  expect(brokenOpening(opening, [alone("a", 0)])).toEqual([]);
  const split: Serving = {
    ...alone("a", 0),
    versions: [
      { id: "a-version", percentage: 50 },
      { id: "two", percentage: 50 },
    ],
  };
  expect(brokenOpening(opening, [split, alone("b", 0)])).toEqual([
    "a is served by 2 versions",
    "b binds the database now and did not when the contract was opened",
  ]);
  expect(brokenOpening(opening, [{ ...alone("a", 0), versions: [] }])).toEqual(["a is served by 0 versions"]);
});

test("an opening is broken by another version that serves alone: a rollback may have brought back what the contract breaks", () => {
  const opening = {
    through: "0002_drop.sql",
    openedAt: "2026-01-01T00:00:00Z",
    versions: { a: "opened-for" },
  };
  expect(brokenOpening(opening, [alone("a", 900)])).toEqual([
    "a is served by a-versio, and the contract was opened for opened-f",
  ]);
});

const file = (name: string, nextRelease = false) => ({ name, nextRelease });

test("a file of the next release is not opened together with the one before it", () => {
  const [relax, drop] = [file("0002_relax.sql"), file("0003_drop.sql", true)];
  expect(openedTogether([relax, drop])).toEqual([relax]);
  expect(openedTogether([drop])).toEqual([drop]);
  expect(openedTogether([relax, file("0003_more.sql"), drop, file("0005_last.sql")])).toHaveLength(2);
});

test("nor before code was deployed since that one ran", () => {
  const drop = file("0003_drop.sql", true);
  const last = { name: "0002_relax.sql", atMs: at - 60_000 };
  expect(missingRelease(drop, last, [alone("a", 600), alone("b", 30)])).toBeUndefined();
  const missing = missingRelease(drop, last, [alone("a", 600), alone("b", 300)]);
  expect(missing).toBe(
    "0003_drop.sql goes with the release after 0002_relax.sql, and no worker that binds the database was deployed since that ran",
  );
  expect(eligibility([alone("a", 600)], 300, at, missing)).toEqual({
    kind: "waiting",
    reasons: [missing],
    fromMs: undefined,
  });
  expect(missingRelease(file("0003_drop.sql"), last, [alone("a", 600)])).toBeUndefined();
});
