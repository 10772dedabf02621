import type { Gate, MetricGate } from "../../declare/index.ts";

/**
 * Statistical tests that one look at a gate makes: what the chance of a false alarm is shared out over. A gate on a dry run takes
 * nothing of it: it would change what the others say.
 */
export function testsOf(gate: Gate): number {
  if (gate.dryRun) return 0;
  switch (gate.kind) {
    case "errorRate":
      return gate.compare ? 2 : 1;
    case "latency":
      return gate.compare ? 3 : 1;
    case "metric":
      return "part" in gate.source.reads ? testsOfShare(gate) : 0;
    default:
      return gate satisfies never;
  }
}

const testsOfShare = ({ limit, compare }: MetricGate): number =>
  (limit === undefined ? 0 : 1) + (compare === undefined ? 0 : 1);
