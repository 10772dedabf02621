import type { Writable } from "node:stream";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { withEvents } from "../applied.ts";
import { failuresIn } from "../engine/failure-text.ts";
import type { Run } from "../engine/pulumi.ts";
import { tellsViolation } from "../engine/violations.ts";
import { pulumiUntil } from "../engine/withheld.ts";
import { refuseLocked } from "../lock/lock.ts";

/**
 * Applies exactly a plan. The engine goes through all of it once more before it changes anything: what is otherwise by now than when the plan was made
 * stops it there. It would say so with the values, and those of secrets in clear; so from there on nothing of what it prints is shown, and we say it.
 */
export const applyPlan = (
  stage: Stage,
  file: string,
  rest: readonly string[],
  run: Run,
  out?: Writable,
): Promise<number> =>
  withEvents(run, async (events, eventful) => {
    // Another run may have begun while somebody looked at the plan; pulumi's own words for it end in a way to break that run.
    refuseLocked(stage, run);
    const args = ["up", "--stack", stage.name, "--plan", file, "--yes", ...colour(rest, run), ...rest];
    const code = await pulumiUntil([...args, ...events.option], eventful, tellsViolation, out);
    if (code === 0) return 0;
    const { began, violations, text } = failuresIn(events.read());
    if (violations.length > 0) throw planIsOld(stage, began, violations);
    if (text !== "") process.stderr.write(`\n${text}\n`);
    return code;
  });

/** The engine does not see the terminal that its lines go to. */
const colour = (rest: readonly string[], { env }: Run): readonly string[] =>
  process.stdout.isTTY === true &&
  (env["NO_COLOR"] ?? "") === "" &&
  !rest.some((word) => word.startsWith("--color"))
    ? ["--color", "always"]
    : [];

const planIsOld = ({ name }: Stage, began: boolean, violations: readonly string[]): UserError =>
  new UserError({
    what: began
      ? `While the plan of ${name} was applied, something else was changed; what was applied until then was in the plan`
      : `Since the plan of ${name} was made, something else was changed; this run has changed nothing`,
    where: `stage ${name}`,
    got: [...new Set(violations)].join("\n"),
    expected: "everything as it was when the plan was made",
    fix: sentence`see what was changed: ${command("drift")}; then make a new plan, and look at it: ${command("deploy")}`,
  });
