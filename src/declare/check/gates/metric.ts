import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { MetricGate } from "../../gates/metric.ts";
import { knowsVersions, tellsSamples } from "../../gates/sources.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with what a metric is held to. */
export const checkMetric = (gate: MetricGate, where: string): Diagnostic[] => [
  ...limitsOf(gate, where),
  ...comparison(gate, where),
  ...(gate.minimumSamples !== undefined && !tellsSamples(gate.source)
    ? [
        wrong(
          "A minimum of samples, and a source that tells none",
          `${where}, minimumSamples`,
          String(gate.minimumSamples),
          "a source that says of how many samples its value is made",
          "add samples to its reads, or leave minimumSamples out",
        ),
      ]
    : []),
];

function limitsOf({ limit, alarm, better, compare, source }: MetricGate, where: string): Diagnostic[] {
  if (limit === undefined)
    return compare !== undefined && alarm === undefined
      ? []
      : [
          wrong(
            "A metric that is held to nothing",
            where,
            alarm === undefined ? "neither a limit nor a comparison" : `alarm: ${alarm}, without a limit`,
            "a limit, a comparison with the stable version, or both",
            "add limit, or compare: { worseBy: 0.5 }",
          ),
        ];
  const [isShare, last] = ["part" in source.reads, alarm ?? limit];
  const isOrdered = better === "lower" ? last >= limit : last <= limit;
  const isRange = [limit, last].every(
    (each) => Number.isFinite(each) && (!isShare || (each > 0 && each < 1)),
  );
  return isOrdered && isRange
    ? []
    : [
        wrong(
          "The limits of a metric make no sense",
          where,
          `limit: ${limit}${alarm === undefined ? "" : `, alarm: ${alarm}`}, better: ${better}`,
          `${isShare ? "shares between 0 and 1, such as 0.01 for 1 %" : "numbers"}, the alarm on the worse side of the limit`,
          "correct them",
        ),
      ];
}

function comparison({ compare, source }: MetricGate, where: string): Diagnostic[] {
  if (compare === undefined) return [];
  const { worseBy } = compare;
  return [
    ...(Number.isFinite(worseBy) && worseBy >= 0
      ? []
      : [
          wrong(
            "A comparison that makes no sense",
            `${where}, compare.worseBy`,
            String(worseBy),
            "a part of the stable version's figure, 0 or more: 0.5 is half as much again",
            "correct it",
          ),
        ]),
    ...(knowsVersions(source)
      ? []
      : [
          wrong(
            "A comparison of a version with itself",
            `${where}, compare`,
            "a source that is never told a version: it answers the same for both",
            "argument.version among what the source is asked with",
            "pass argument.version to the source, or leave compare out",
          ),
        ]),
  ];
}
