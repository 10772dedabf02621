import type { System } from "../../../src/declare/index.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Progress } from "../../../src/release/driver/progress.ts";

/** Refuses to skip a gate that the release does not have: a mistyped name would leave the gate with its say, and nobody would know. */
export function refuseUnknownGate(
  gate: string | undefined,
  { id, prepared }: Progress,
  systems: readonly System[],
): void {
  // Before the new versions are uploaded, the gates are those of the plans.
  const gates =
    prepared?.positions.flatMap((at) => at.gates) ?? systems.flatMap(({ release }) => release?.gates ?? []);
  const names = [...new Set(gates.map(({ name }) => name))];
  if (gate === undefined || names.includes(gate)) return;
  throw new UserError({
    what: `Release ${id} has no such gate; none was skipped`,
    where: "--skip-gate",
    got: gate,
    expected: names.length === 0 ? "a gate, and its plan has none" : names.join(", "),
    fix: "name one of those",
  });
}
