import { z } from "zod";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { StackOutputs } from "../../stack/outputs/read-outputs.ts";

const openings = z.record(z.string(), z.looseObject({ through: z.string() })).default({});

/**
 * Refuses a release while a contract migration is open and has not run: its `up` would run it, and there would be no way back to the stable
 * versions. Files are in the order of their names.
 * @param contracts of the stack's configuration
 */
export function refuseOpenContracts(
  contracts: unknown,
  { databases }: Pick<StackOutputs, "databases">,
  { name }: Stage,
): void {
  const waiting = Object.entries(openings.parse(contracts)).filter(
    ([label, { through }]) => (databases[label]?.lastMigration ?? "") < through,
  );
  refuse(
    waiting.map(([label, { through }]) => ({
      what: "A contract migration is open, and is never part of a release",
      where: `lockstep:contracts of ${name}, ${label}`,
      got: `${through}, which has not run`,
      expected: "no contract that waits for the next up",
      fix: sentence`run it first, with the code that serves: ${command("up", { stage: name })}; then release`,
    })),
  );
}
