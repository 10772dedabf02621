import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seeded } from "./testing/random.ts";
import { aborted, type Behaviour, healthy } from "./testing/simulate.ts";

const sizes = [200, 2_000, 20_000] as const;
const looks = 30;
const releases = 200;

test.each(sizes)("of 1,000 good releases with %i requests a step fewer than 10 are aborted", (requests) => {
  expect(aborted(1000, seeded(requests), { fresh: healthy, stable: healthy, requests, looks })).toBeLessThan(
    10,
  );
});

const worse: Readonly<Record<string, Behaviour>> = {
  "errors 1 % → 2 %": { ...healthy, errorRate: 0.02 },
  "errors 1 % → 3 %": { ...healthy, errorRate: 0.03 },
  "errors 1 % → 10 %": { ...healthy, errorRate: 0.1 },
  "all 20 % slower": { ...healthy, medianMs: 120 },
  "all 50 % slower": { ...healthy, medianMs: 150 },
  "p95 373 ms → 611 ms, the median as it was": { ...healthy, sigma: 1.1 },
};

test("what is found at which traffic is as docs/releases.md says, a doubled error rate at 20,000 in 95 %", () => {
  const shares = Object.entries(worse).map(([name, fresh], at) => ({
    name,
    found: sizes.map(
      (requests) =>
        aborted(releases, seeded(at * 1000 + requests), { fresh, stable: healthy, requests, looks }) /
        releases,
    ),
  }));
  expect(shares[0]?.found.at(-1)).toBeGreaterThanOrEqual(0.95);
  const rows = shares.map(
    ({ name, found }) => `| ${name} | ${found.map((share) => `${Math.round(share * 100)} %`).join(" | ")} |`,
  );
  const page = readFileSync(join(import.meta.dirname, "../../docs/releases.md"), "utf8");
  expect(page).toContain(rows.join("\n"));
});
