import { expect, test } from "vitest";
import {
  argument,
  d1,
  errorRate,
  type Gate,
  graphqlSource,
  latency,
  metric,
  perStage,
  type ReleasePlan,
  secret,
  sqlSource,
  system,
  telemetrySource,
  urlSource,
} from "../../index.ts";
import { secretUses } from "../../secret-uses.ts";
import { checkRelease } from "../release.ts";

const notes = d1("notes");
const steps = [{ percent: 100, soakSeconds: 600 }] as const;
const found = (plan: Partial<ReleasePlan>): readonly string[] =>
  checkRelease(system("shop", [notes], { release: { steps, ...plan } }), { name: "dev" }, []).map(
    ({ what, where, got }) => `${what} | ${where} | ${got}`,
  );
const of = (...gates: readonly Gate[]): readonly string[] => found({ gates });

const url = "https://example.com/n";
const share = urlSource({ url, query: { v: argument.version }, reads: { part: "/p", whole: "/w" } });
const number = urlSource({ url, query: { v: argument.version }, reads: { value: "/n" } });
const sql = (text: string, more: object = {}) =>
  sqlSource({ database: notes, sql: text, reads: { value: "n" }, ...more });
const held = (source: ReturnType<typeof sql> | ReturnType<typeof urlSource>, more: object = {}) =>
  metric({ name: "m", source, limit: 0.5, ...more });

test("good gates of every kind are not complained of", () => {
  expect(
    found({
      gates: [
        errorRate({ below: 0.01, alarm: 0.05, failureLimit: 2, count: 5, noData: "fail" }),
        latency({ percentile: 95, belowMs: 2000, critical: false, weight: 2, intervalSeconds: 30 }),
        held(share, { name: "a", compare: { worseBy: 0 }, minimumSamples: 10 }),
        held(number, { name: "b", limit: -5, alarm: -9, better: "higher" }),
        metric({ name: "c", source: number, compare: { worseBy: 0.5 }, dryRun: true }),
        held(sql("SELECT ?1 AS n, ?2", { params: [argument.from, "x"] }), { name: "d" }),
        held(sql("SELECT ? AS n, 'what?'", { params: [1] }), { name: "e", consecutiveSuccesses: 3 }),
        metric({
          ...{ name: "f", limit: 5 },
          source: telemetrySource({ reads: { value: { operator: "p99", key: "$workers.cpuTimeMs" } } }),
        }),
      ],
      score: { pass: 0.9, marginal: 0.5 },
    }),
  ).toEqual([]);
});

test.each<readonly [Gate, RegExp]>([
  [metric({ name: "m", source: number }), /held to nothing .* neither a limit nor a comparison$/],
  [metric({ name: "m", source: number, alarm: 3 }), /held to nothing .* alarm: 3, without a limit$/],
  [held(share, { limit: 5 }), /limits of a metric make no sense .* limit: 5, better: lower/],
  [held(number, { limit: Number.NaN }), /limits of a metric make no sense/],
  [held(number, { limit: 5, alarm: 4 }), /limits of a metric make no sense .* alarm: 4/],
  [held(number, { limit: 5, alarm: 6, better: "higher" }), /limits of a metric make no sense/],
  [held(number, { compare: { worseBy: -1 } }), /comparison that makes no sense .* -1/],
  [held(sql("SELECT 1 AS n"), { compare: { worseBy: 1 } }), /comparison of a version with itself/],
  [held(number, { minimumSamples: 10 }), /minimum of samples, and a source that tells none/],
  [held(share, { minimumSamples: 0 }), /number of a gate that makes no sense .* minimumSamples \| 0/],
  [errorRate({ below: 0.01, failureLimit: -1 }), /failureLimit \| -1/],
  [errorRate({ below: 0.01, count: 1.5 }), /count \| 1.5/],
  [errorRate({ below: 0.01, consecutiveSuccesses: 0 }), /consecutiveSuccesses \| 0/],
  [errorRate({ below: 0.01, intervalSeconds: 0 }), /time that is none .* intervalSeconds \| 0/],
  [errorRate({ below: 0.01, count: 3, failureLimit: 3 }), /can never fail .* failureLimit: 3, count: 3/],
  [
    errorRate({ below: 0.01, count: 2, consecutiveSuccesses: 3 }),
    /can never pass .* consecutiveSuccesses: 3, count: 2/,
  ],
  [errorRate({ below: 0.01, warmUpSeconds: 5000 }), /can never pass .* take 5121 s, .* lasts 4200 s/],
  [errorRate({ below: 0.01, consecutiveSuccesses: 50, intervalSeconds: 100 }), /can never pass/],
  [errorRate({ below: 0.01, weight: 2 }), /weight of a critical gate counts for nothing/],
  [errorRate({ below: 0.01, critical: false, weight: 0 }), /weight that is none .* 0/],
  [errorRate({ below: 0.01, name: " " }), /gate without a name/],
  [held(sql("DELETE FROM t")), /may only read: one SELECT .* begins with DELETE/],
  [held(sql("SELECT 1 AS n; SELECT 2")), /may only read: one SELECT .* 2 statements/],
  [held(sql("SELECT ?1 AS n")), /parameters of a statement .* 0 values; the statement takes 1$/],
  [held(sql("SELECT ?3 AS n, ?1", { params: [1, 2, 3] })), /3 values; the statement has \?3 and no \?2$/],
  [held(sql("SELECT :from AS n", { params: [1] })), /1 values; the statement has :from$/],
  [held(sql("SELECT 1 AS n", { params: [1] })), /parameters of a statement .* 1 values/],
  [
    held(sql("SELECT 1 AS n", { database: d1("orders") })),
    /database that its system does not have .* orders/,
  ],
  [held(sql("SELECT 1 AS n", { reads: { value: "" } })), /place in an answer that is none/],
  [
    held(urlSource({ url: "http://example.com/?sort=canary", reads: { value: "/n" } })),
    /cannot ask .* http:\/\/example.com\/\?…$/,
  ],
  [
    held(urlSource({ url: "https://mia:pw@example.com/", reads: { value: "/n" } })),
    /address that a gate cannot ask/,
  ],
  [
    held(urlSource({ url: perStage({ prod: url }), reads: { value: "/n" } })),
    /without an address in this stage .* prod$/,
  ],
  [
    held(urlSource({ url, headers: { Authorization: "Bearer canary" }, reads: { value: "/n" } })),
    /stands in the code .* headers.Authorization \| a text$/,
  ],
  [
    held(urlSource({ url: `${url}?api_key=canary`, reads: { value: "/n" } })),
    /stands in the code .* query.api_key/,
  ],
  [held(urlSource({ url, reads: { value: "n" } })), /place in an answer that is none .* "n"/],
  [
    held(urlSource({ url, headers: { "a b": "c" }, reads: { value: "/n" } })),
    /header that cannot be sent .* a b/,
  ],
  [held(urlSource({ url, timeoutSeconds: 600, reads: { value: "/n" } })), /timeoutSeconds \| 600/],
  [
    metric({
      ...{ name: "m", limit: 1 },
      source: graphqlSource({
        dataset: "X",
        fields: "x(limit: 1) { n }",
        filter: {},
        reads: { value: "/x" },
      }),
    }),
    /GraphQL query without its filter/,
  ],
  [
    metric({ name: "m", limit: 0.1, source: telemetrySource({ reads: { part: [] } }) }),
    /share of everything/,
  ],
])("a gate is complained of: %#", (gate, complaint) => {
  expect(of(gate)).toEqual([expect.stringMatching(complaint)]);
});

test("a score that makes no sense, or that no gate counts for, and names that come twice", () => {
  const weighed = errorRate({ below: 0.01, critical: false });
  expect(found({ gates: [weighed], score: { pass: 0.5, marginal: 0.9 } })).toEqual([
    expect.stringMatching(/score of a release makes no sense/),
  ]);
  expect(found({ gates: [errorRate({ below: 0.01 })], score: { pass: 0.9, marginal: 0.5 } })).toEqual([
    expect.stringMatching(/score that no gate counts for/),
  ]);
  expect(of(held(share), held(number))).toEqual([expect.stringMatching(/same name .* \| m$/)]);
});

test("a secret that a gate sends is one that has to be set", () => {
  const source = urlSource({ url, headers: { authorization: secret("key") }, reads: { value: "/n" } });
  expect(secretUses([system("shop", [], { release: { steps, gates: [held(source)] } })])).toEqual([
    { secret: "key", where: "shop, release, gate m, headers.authorization", optional: false, fallback: {} },
  ]);
});
