import { text } from "node:stream/consumers";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Terminal } from "./confirm.ts";
import { pulumi, type Run } from "./pulumi.ts";

/** Sets a secret of a stage: to the value that is typed unseen (pulumi asks), or to what standard input holds. */
export async function setSecret(
  stage: Stage,
  name: string,
  rest: readonly string[],
  run: Run,
  { interactive }: Terminal,
): Promise<number> {
  const isGiven = interactive || rest.some((word) => !word.startsWith("-"));
  const value = isGiven ? undefined : await text(process.stdin);
  if (value?.trim() === "")
    throw new UserError({
      what: "A secret needs a value",
      where: sentence`standard input of: ${command("secret", { name })}`,
      got: "nothing",
      expected: "the value, from a file or a pipe; at a terminal it is asked for",
      fix: sentence`${command("secret", { name })} < value.txt`,
    });
  const args = ["config", "set", "--secret", "--path", `lockstep:secrets["${name}"]`, "--stack", stage.name];
  const code = await pulumi([...args, ...rest], run, value);
  if (code === 0)
    process.stdout.write(`${name} is set for ${stage.name}; the next up makes versions with it\n`);
  return code;
}
