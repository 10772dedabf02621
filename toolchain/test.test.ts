import { expect, test } from "vitest";
import { count, summary, testEnvironment } from "./test.ts";

const report = (...files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    testResults: files.map(({ status, tests }, i) => ({
      name: `${i}`,
      status,
      assertionResults: tests.map((s) => ({ status: s })),
    })),
  });

test("the line has vitest's own figures, and skipped tests are not hidden", () => {
  const result = count(report({ status: "failed", tests: ["passed", "failed", "pending", "todo"] }), 1);
  expect(summary(result)).toBe("1 passed, 1 failed, 2 skipped");
  expect(summary(count(report({ status: "passed", tests: ["passed"] }), 0))).toBe("1 passed, 0 failed");
});

test("a file that could not be loaded is a failure", () => {
  expect(
    count(report({ status: "passed", tests: ["passed"] }, { status: "failed", tests: [] }), 1).failed,
  ).toBe(1);
});

test("an error outside any test is a failure although all tests passed", () => {
  expect(count(report({ status: "passed", tests: ["passed"] }), 1).failed).toBe(1);
});

test("no report means that nothing ran", () => {
  expect(summary(count(undefined, 1))).toBe("0 passed, 0 failed");
});

test("a shell of env, or one with a real account, changes nothing for the tests but where the engine is kept and how long sweeps are", () => {
  const env = testEnvironment(
    {
      PATH: "/bin",
      PULUMI_BACKEND_URL: "x",
      CLOUDFLARE_API_TOKEN: "x",
      LANG: "C",
      LOCKSTEP_TESTS: "deep",
      LOCKSTEP_PROVIDER: "official",
      LOCKSTEP_CACHE: "/c",
      LOCKSTEP_RUNS: "25000",
    },
    false,
  );
  expect(env).toMatchObject({ LANG: "C" });
  expect(Object.keys(env).filter((name) => /^(PULUMI|CLOUDFLARE|LOCKSTEP)/.test(name))).toEqual([
    "LOCKSTEP_CACHE",
    "LOCKSTEP_RUNS",
  ]);
});
