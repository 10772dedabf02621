import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences, differs, type RunnerName } from "./differences.ts";
import { sequences } from "./requests.ts";
import { apiRunner, bindingRunner, embeddedRunner, type Runner, shadowRunner } from "./runners.ts";
import { statements } from "./statements.ts";

const {
  CLOUDFLARE_API_TOKEN: token,
  CLOUDFLARE_ACCOUNT_ID: account,
  LOCKSTEP_REAL_ACCOUNT: agreed,
} = process.env;
const withoutAccount =
  agreed !== "1"
    ? "only with LOCKSTEP_REAL_ACCOUNT=1, as databases are made and removed there"
    : token === undefined || account === undefined
      ? "CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are not both set"
      : undefined;

interface Candidate {
  readonly name: RunnerName;
  readonly start: () => Promise<Runner>;
  /** Why it is left out. */
  readonly skipped?: string | undefined;
}

const candidates: readonly Candidate[] = [
  { name: "shadow", start: shadowRunner },
  { name: "binding", start: bindingRunner },
  { name: "embedded", start: embeddedRunner },
  {
    name: "real",
    start: () =>
      apiRunner({ baseUrl: "https://api.cloudflare.com/client/v4", token: token ?? "" }, account ?? ""),
    skipped: withoutAccount,
  },
];

/** Ends a request that was taken, so that one database serves all statements. */
const undo = "SELECT json_extract('{}', 'undo')";

for (const { name, start, skipped } of candidates)
  describe.skipIf(skipped !== undefined)(
    `D1 as the ${name} has it${skipped === undefined ? "" : ` (left out: ${skipped})`}`,
    () => {
      let runner: Runner;
      beforeAll(async () => {
        runner = await start();
      });
      afterAll(() => runner.close());

      test("takes and refuses the statements that D1 takes and refuses, but for those listed with a reason", async () => {
        const unlike: string[] = [];
        for (const { sql, after, allowed } of statements) {
          const attempt = await runner.attempt([...after, sql, undo]);
          if (attempt.kind === "taken") throw new Error("a request that must fail was committed");
          const taken = /bad JSON path: 'undo'/.test(attempt.message);
          if ((taken !== allowed) !== differs(name, sql))
            unlike.push(`${sql.slice(0, 80)}: ${taken ? "taken" : attempt.message}`);
          if (sql.startsWith("PRAGMA")) await runner.another(); // some outlive the request that is taken back
        }
        expect(unlike).toEqual([]);
      });

      test.for(sequences)("$title", async ({ requests, asked, rows }) => {
        await runner.another();
        for (const { statements: sent, refused } of requests)
          expect(await runner.attempt(sent)).toMatchObject(
            refused === undefined
              ? { kind: "taken" }
              : { kind: "refused", message: expect.stringMatching(refused) },
          );
        expect(await runner.attempt([asked])).toEqual({ kind: "taken", last: rows });
      });
    },
  );

test("no statement is there twice, and there are at least 144; what is said to differ is one of them", () => {
  const texts = statements.map(({ sql }) => sql);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts.length).toBeGreaterThanOrEqual(144);
  expect(differences.map(({ sql }) => sql).filter((sql) => !texts.includes(sql))).toEqual([]);
});
