import { createInterface } from "node:readline/promises";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";

/** Who is asked, and where. */
export interface Terminal {
  readonly interactive: boolean;
  readonly ask: (question: string) => Promise<string>;
}

export const terminal: Terminal = {
  interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } catch (error) {
      // Ctrl-C and Ctrl-D are the commonest ways to say no.
      if (error instanceof Error && error.name === "AbortError") return "";
      throw error;
    } finally {
      lines.close();
    }
  },
};

/**
 * Lets a change of a stage go on only when somebody agreed. A stage that asks wants its name, typed at the prompt or as `--yes <stage>`. Any other is
 * asked for by pulumi at a terminal; without one nobody is there to say no, so it has to be said on the command line: `--yes`.
 * @param inFull shows more before the answer, at the key `d`
 */
export async function confirm(
  stage: Stage,
  change: string,
  yes: string | undefined,
  from: Terminal = terminal,
  inFull?: () => Promise<unknown>,
): Promise<void> {
  if (yes === undefined && !from.interactive)
    throw notConfirmed(stage, change, "no terminal to ask at", false);
  if (!stage.asksBeforeChange) return;
  const typed = yes ?? (await answerTo(`${change} ${stage.name}? Type its name to go on`, from, inFull));
  if (typed !== stage.name)
    throw notConfirmed(stage, change, typed === "" ? "nothing" : typed, yes === undefined);
}

/** Asks the same for a stage that does not want its name typed, where nobody else asks. A bare `--yes` has answered. */
export async function confirmYes(
  stage: Stage,
  change: string,
  yes: string | undefined,
  from: Terminal,
  inFull: () => Promise<unknown>,
): Promise<void> {
  if (yes !== undefined) return;
  const typed = await answerTo(`${change} ${stage.name}? yes goes on`, from, inFull);
  if (typed !== "yes" && typed !== "y")
    throw notConfirmed(stage, change, typed === "" ? "nothing" : typed, true);
}

async function answerTo(
  question: string,
  from: Terminal,
  inFull: (() => Promise<unknown>) | undefined,
): Promise<string> {
  const how = inFull === undefined ? "" : " (d shows the full diff)";
  const answer = (await from.ask(`\n${question}${how}: `)).trim();
  if (answer !== "d" || inFull === undefined) return answer;
  await inFull();
  return answerTo(question, from, inFull);
}

const notConfirmed = (stage: Stage, change: string, got: string, isTyped: boolean): UserError =>
  new UserError({
    what: `${change} ${stage.name} was not confirmed; nothing was changed`,
    where: `stage ${stage.name}`,
    got,
    expected: stage.asksBeforeChange ? stage.name : "a yes",
    fix: stage.asksBeforeChange
      ? isTyped
        ? `type ${stage.name}, as it is written`
        : `type ${stage.name} at the prompt; without a terminal: --yes ${stage.name}`
      : "run it at a terminal, which asks; without one: --yes",
  });
