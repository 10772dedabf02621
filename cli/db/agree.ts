import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { agentHere, leaveToPerson } from "../../src/settings/agent.ts";
import { confirm, type Terminal, terminal } from "../stack/confirm.ts";
import type { Given } from "./command.ts";
import { placeOptions } from "./place.ts";

/** The options of every command that writes into a stage's databases. */
export const changeOptions = { ...placeOptions, yes: { type: "string", short: "y" } } as const;

/**
 * Lets a command write into a stage's databases only when somebody agreed, as every other verb that changes a stage: at a terminal it asks, for the
 * stage's name where the stage wants it; without one `--yes` has to say it.
 * @param change before the stage's name: `Write test data to`
 */
export async function agree(
  stage: Stage,
  change: string,
  { text }: Pick<Given, "text">,
  from: Terminal = terminal,
  agent: Promise<string | undefined> = agentHere(),
): Promise<void> {
  if (stage.asksBeforeChange) leaveToPerson(`${change} ${stage.name}`, stage, await agent);
  const yes = text("yes");
  if (yes !== undefined && yes !== "" && yes !== stage.name)
    throw notAgreed(stage, change, `--yes ${yes}`, `--yes, or --yes ${stage.name}`);
  await confirm(stage, change, yes, from);
  if (yes !== undefined || stage.asksBeforeChange) return;
  const answer = (await from.ask(`\n${change} ${stage.name}? (y/N) `)).trim();
  if (!/^y(es)?$/i.test(answer)) throw notAgreed(stage, change, answer === "" ? "nothing" : answer, "y");
}

const notAgreed = (stage: Stage, change: string, got: string, expected: string): UserError =>
  new UserError({
    what: `${change} ${stage.name} was not confirmed; nothing was changed`,
    where: `stage ${stage.name}`,
    got,
    expected,
    fix: "answer y at the prompt; without a terminal: --yes",
  });

/** `--yes` may stand alone, or with the stage's name behind it; the parser knows an option with a value or one without. */
export const withYes = (
  args: readonly string[],
  stages: readonly Pick<Stage, "name">[],
): readonly string[] => {
  const given: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const next = args[at + 1];
    const isYes = word === "--yes" || word === "-y";
    if (!isYes) given.push(word);
    else given.push(`--yes=${stages.some(({ name }) => name === next) ? args[++at] : ""}`);
  }
  return given;
};
