import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Gate, ReleasePlan } from "../release.ts";
import type { System } from "../system.ts";

const percentiles = [50, 75, 90, 95, 99];

/** What is wrong with a system's release plan. */
export function checkRelease(system: System): Diagnostic[] {
  const { release } = system;
  if (release === undefined) return [];
  const where = `${system.name}, release`;
  return [
    ...checkSteps(release, where),
    ...(release.gates ?? []).flatMap((gate) => checkGate(gate, `${where}, gate ${gate.name}`)),
    ...twice((release.gates ?? []).map(({ name }) => name)).map((name) =>
      wrong("Two gates have the same name", where, name, "each name once", "give one of them a name: name"),
    ),
    ...seconds(where, {
      intervalSeconds: [release.intervalSeconds, 1],
      ingestionSeconds: [release.ingestionSeconds, 0],
      patienceSeconds: [release.patienceSeconds, 0],
    }),
  ];
}

function checkSteps({ steps }: ReleasePlan, where: string): Diagnostic[] {
  const percents = steps.map(({ percent }) => percent);
  const areRising = percents.every((percent, at) => percent > (percents[at - 1] ?? 0) && percent <= 100);
  const areWhole = percents.every((percent) => Number.isInteger(percent));
  return [
    ...(areRising && areWhole && percents.at(-1) === 100
      ? []
      : [
          wrong(
            "The steps of a release are not a way to 100 %",
            `${where}, steps`,
            percents.length === 0 ? "no steps" : percents.map((percent) => `${percent} %`).join(", "),
            "whole percentages that rise, each of 1 to 100, the last one 100",
            "steps: [{ percent: 10, soakSeconds: 1800 }, { percent: 50, soakSeconds: 3600 }, { percent: 100, soakSeconds: 3600 }]",
          ),
        ]),
    ...steps.flatMap(({ percent, soakSeconds }) =>
      seconds(`${where}, step of ${percent} %`, { soakSeconds: [soakSeconds, 0] }),
    ),
  ];
}

function checkGate(gate: Gate, where: string): Diagnostic[] {
  const { minimumRequests: least, warmUpSeconds } = gate;
  return [
    ...(Number.isInteger(least) && least >= 1
      ? []
      : [
          wrong(
            "A gate without a minimum",
            `${where}, minimumRequests`,
            String(least),
            "1 or more",
            "correct it",
          ),
        ]),
    ...seconds(where, { warmUpSeconds: [warmUpSeconds, 0] }),
    ...limits(gate, where),
  ];
}

function limits(gate: Gate, where: string): Diagnostic[] {
  switch (gate.kind) {
    case "errorRate": {
      const { below, alarm } = gate;
      const isRange = below > 0 && below < 1 && alarm >= below && alarm < 1;
      return isRange
        ? []
        : [
            wrong(
              "The limits of an error rate make no sense",
              where,
              `below: ${below}, alarm: ${alarm}`,
              "0 < below ≤ alarm < 1, as shares: 0.01 is 1 %",
              "correct them",
            ),
          ];
    }
    case "latency": {
      const { belowMs, alarmMs, percentile } = gate;
      const isRange = belowMs > 0 && alarmMs >= belowMs && Number.isFinite(alarmMs);
      return [
        ...(isRange
          ? []
          : [
              wrong(
                "The limits of a latency make no sense",
                where,
                `belowMs: ${belowMs}, alarmMs: ${alarmMs}`,
                "0 < belowMs ≤ alarmMs",
                "correct them",
              ),
            ]),
        ...(percentiles.includes(percentile)
          ? []
          : [
              wrong(
                "A percentile that Cloudflare does not tell",
                `${where}, percentile`,
                String(percentile),
                percentiles.join(", "),
                "take one of those",
              ),
            ]),
      ];
    }
    default:
      return gate satisfies never;
  }
}

const seconds = (
  where: string,
  values: Readonly<Record<string, readonly [value: number | undefined, least: number]>>,
): Diagnostic[] =>
  Object.entries(values).flatMap(([name, [value, least]]) =>
    value === undefined || (Number.isFinite(value) && value >= least)
      ? []
      : [
          wrong(
            "A time that is none",
            `${where}, ${name}`,
            String(value),
            `seconds, ${least} or more`,
            "correct it",
          ),
        ],
  );

const twice = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, at) => names.indexOf(name) !== at)),
];

const wrong = (what: string, where: string, got: string, expected: string, fix: string): Diagnostic => ({
  what,
  where,
  got,
  expected,
  fix,
});
