import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Gate } from "../../release.ts";
import { checkMetric } from "./metric.ts";
import { wrong } from "./wrong.ts";

const percentiles = [50, 75, 90, 95, 99];

/** What is wrong with what a gate is held to, each kind by itself. */
export function limits(gate: Gate, where: string): Diagnostic[] {
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
    case "metric":
      return checkMetric(gate, where);
    default:
      return gate satisfies never;
  }
}
