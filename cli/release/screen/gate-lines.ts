import type { Progress } from "../../../src/release/driver/progress.ts";
import type { Verdict } from "../../../src/release/gates/verdict.ts";
import type { Entry } from "../../../src/release/journal/entry.ts";
import { type Held, heldIn, verdictSoFar } from "../../../src/release/step/held.ts";
import { heldText, sayText } from "../../../src/release/step/text.ts";

const marks: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "…" };

const line = (verdict: Verdict, worker: string, gate: string, text: string, say: string): string =>
  `${marks[verdict]} ${worker} ${gate}${say === "" ? "" : ` (${say})`}: ${text}`;

/** What was measured, each gate as it said that time. */
export function measuredLines(
  { judged, position }: Extract<Entry, { kind: "measured" }>,
  { prepared }: Progress,
): readonly string[] {
  const at = prepared?.positions[position];
  return judged.map(({ worker, gate: name, verdict, reason }) => {
    const gate = at?.gates.find((each) => each.name === name);
    return line(
      verdict,
      worker,
      name,
      reason,
      at === undefined || gate === undefined ? "" : sayText(gate, at, []),
    );
  });
}

/** What every gate of the step that is served says by all of its measurements so far. */
export function gateLines({ prepared, position, standings, skipped }: Progress): readonly string[] {
  const at = prepared?.positions[position];
  if (at === undefined) return [];
  return heldIn(at, standings).map((held: Held) =>
    line(verdictSoFar(held), held.worker, held.gate.name, heldText(held), sayText(held.gate, at, skipped)),
  );
}
