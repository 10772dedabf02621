import type { SignedRecord } from "../../../src/artefact/record.ts";
import type { System } from "../../../src/declare/index.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** Where and when a promotion is asked for. */
interface Asked {
  readonly from: Stage;
  readonly to: Stage;
  /** On the embedded target nothing has to bake. */
  readonly isReal: boolean;
  readonly nowMs: number;
}

/** Systems that the stage before has not served for its bake time. */
export const unripe = (
  record: SignedRecord,
  systems: readonly System[],
  { from, to, isReal, nowMs }: Asked,
): readonly Diagnostic[] =>
  systems.flatMap(({ name }) => {
    const served = record.systems[name];
    const bakeSeconds = isReal ? from.bakeSeconds : 0;
    if (served === undefined) return [];
    const ripeMs = Date.parse(served.servedAt) + bakeSeconds * 1000;
    if (ripeMs <= nowMs) return [];
    return [
      {
        what: `${from.name} has not served ${name} for its bake time`,
        where: `${name} in ${from.name}`,
        got: `since ${served.servedAt}, ${Math.floor((nowMs - Date.parse(served.servedAt)) / 1000)} s`,
        expected: `${bakeSeconds} s (bakeSeconds of ${from.name} in project.ts)`,
        fix: sentence`from ${new Date(ripeMs).toISOString()} on: ${command("promote", { from: from.name, to: to.name })}. In an emergency except ${name}/artefact from the policy rule promoted-is-baked, and deploy`,
      },
    ];
  });
