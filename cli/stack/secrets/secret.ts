import { text } from "node:stream/consumers";
import type { System } from "../../../src/declare/index.ts";
import { type SecretUse, secretUses } from "../../../src/declare/secret-uses.ts";
import { nearest } from "../../../src/diagnostic/nearest.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Terminal } from "../confirm.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";

/** Sets a secret that a system declares, or one of those `besides`: to the value that is typed unseen (pulumi asks), or to what standard input holds. */
export async function setSecret(
  stage: Stage,
  name: string,
  rest: readonly string[],
  run: Run,
  { interactive }: Terminal,
  systems: readonly System[],
  besides: readonly SecretUse[] = [],
): Promise<number> {
  refuseUndeclared(name, [...secretUses(systems), ...besides]);
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

/** A value under a name that nothing binds would be kept for nobody, and the one that was meant would be missing still. */
function refuseUndeclared(name: string, uses: readonly SecretUse[]): void {
  const declared = [...new Set(uses.map(({ secret }) => secret))].sort();
  if (declared.includes(name)) return;
  const meant = nearest(name, declared);
  throw new UserError({
    what: "There is no such secret",
    where: "the systems of project.ts",
    got: name,
    expected: declared.join(", ") || "a secret that a worker binds; none is declared yet",
    fix:
      meant === undefined
        ? `declare it first: secret("${name}") in a worker's env`
        : sentence`${command("secret", { name: meant })}, or declare it first: secret("${name}") in a worker's env`,
  });
}
