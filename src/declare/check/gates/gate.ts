import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Gate } from "../../release.ts";
import { limits } from "./limits.ts";
import { neverPasses } from "./never-passes.ts";
import type { GatePlace } from "./place.ts";
import { checkSource } from "./source.ts";
import { seconds, wrong } from "./wrong.ts";

/** What is wrong with a gate of a system's release plan. */
export function checkGate(gate: Gate, { system, plan, stage }: GatePlace): Diagnostic[] {
  const where = `${system.name}, release, gate ${gate.name}`;
  const { warmUpSeconds, intervalSeconds, count, failureLimit, consecutiveSuccesses } = gate;
  const found = [
    ...(gate.name.trim() === ""
      ? [wrong("A gate without a name", where, JSON.stringify(gate.name), "a name", "name what it measures")]
      : []),
    ...seconds(where, { warmUpSeconds: [warmUpSeconds, 0], intervalSeconds: [intervalSeconds, 1] }),
    ...whole(where, {
      ...leastOf(gate),
      count: [count, 1],
      failureLimit: [failureLimit, 0],
      consecutiveSuccesses: [consecutiveSuccesses, 1],
    }),
    ...checkWeight(gate, where),
    ...checkWarmUp(gate, where),
    ...limits(gate, where),
    ...(gate.kind === "metric" ? checkSource(gate.source, `${where}, source`, { system, stage }) : []),
  ];
  // Of numbers that are none nothing more can be said.
  return found.length > 0 ? found : neverPasses(gate, plan, where);
}

const leastOf = (gate: Gate): Readonly<Record<string, readonly [number | undefined, number]>> =>
  gate.kind === "metric"
    ? { minimumSamples: [gate.minimumSamples, 1] }
    : { minimumRequests: [gate.minimumRequests, 1] };

const whole = (
  where: string,
  values: Readonly<Record<string, readonly [value: number | undefined, least: number]>>,
): Diagnostic[] =>
  Object.entries(values).flatMap(([name, [value, least]]) =>
    value === undefined || (Number.isSafeInteger(value) && value >= least)
      ? []
      : [
          wrong(
            "A number of a gate that makes no sense",
            `${where}, ${name}`,
            String(value),
            `a whole number, ${least} or more`,
            "correct it",
          ),
        ],
  );

/** A warm-up asks a few paths in turn: against what people ask of the stable version, the difference would be one of the requests. */
function checkWarmUp(gate: Gate, where: string): Diagnostic[] {
  const compares = gate.kind === "metric" ? gate.compare !== undefined : gate.compare;
  if (gate.countsWarmUp !== true || !compares) return [];
  return [
    wrong(
      "A gate that compares the requests of a warm-up with those of people",
      `${where}, countsWarmUp`,
      "countsWarmUp: true, and a comparison with the stable version",
      "one of the two",
      gate.kind === "metric" ? "leave compare out" : "add compare: false: it is held to its limits alone",
    ),
  ];
}

function checkWeight({ critical = true, weight }: Gate, where: string): Diagnostic[] {
  if (weight === undefined) return [];
  if (!(Number.isFinite(weight) && weight > 0))
    return [
      wrong(
        "A weight that is none",
        `${where}, weight`,
        String(weight),
        "a number above 0",
        "to measure a gate without a say: dryRun: true",
      ),
    ];
  return critical
    ? [
        wrong(
          "The weight of a critical gate counts for nothing",
          `${where}, weight`,
          String(weight),
          "a weight only where critical is false",
          "add critical: false, or leave the weight out",
        ),
      ]
    : [];
}
