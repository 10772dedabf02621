import { z } from "zod";
import { pulumiOfStack, type Sentence, sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";
import { keys } from "./keys.ts";

/** A key of a stack file with a value that it cannot have. */
export const badValue = (key: keyof typeof keys, stage: Stage, error: z.ZodError): Diagnostic => ({
  what: "A setting with a value that cannot be used",
  where: `${key} of stack ${stage.name}`,
  got: z.prettifyError(error).replaceAll("\n", " "),
  expected: keys[key].expected,
  fix: repair(key, stage, error.issues[0]),
});

function repair(key: string, { name }: Stage, issue: z.core.$ZodIssue | undefined): Sentence {
  const without = pulumiOfStack(`config rm ${key}`, name);
  const path = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    const surplus = settingPath(key, [...path, ...issue.keys.slice(0, 1)]);
    return sentence`correct its name, or take it out: ${pulumiOfStack(`config rm --path '${surplus}'`, name)}`;
  }
  if (path.length === 0)
    return sentence`write it below config: in the stack file as docs/reference.md shows it, or take it out: ${without}`;
  const secret = key === "lockstep:secrets" ? "--secret " : "";
  return sentence`${pulumiOfStack(`config set ${secret}--path '${settingPath(key, path)}' <value>`, name)}, or without it: ${without}`;
}

/** As Pulumi reads it: `lockstep:rollout["notes/api"].percent`, `lockstep:systems[0]`. */
const settingPath = (key: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((before, each) => {
    if (typeof each === "number") return `${before}[${each}]`;
    return /^\w+$/.test(String(each))
      ? `${before}.${String(each)}`
      : `${before}[${JSON.stringify(String(each))}]`;
  }, key);
