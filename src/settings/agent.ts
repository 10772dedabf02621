import { UserError } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";

/** The coding agent that runs this command, by the variables that agents set for the programs they start; undefined where none does. */
export async function agentHere(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const { detectAgenticEnvironment } = await import("am-i-vibing");
  const { type, name, id } = detectAgenticEnvironment({ env });
  // An editor with an assistant in it is a person's terminal.
  return type === "agent" ? (name ?? id ?? "a coding agent") : undefined;
}

/** Refuses a change to a coding agent, in words for it; a person goes on. */
export function leaveToPerson(change: string, { name }: Stage, agent: string | undefined): void {
  if (agent === undefined) return;
  throw new UserError({
    what: `${change} is for a person to run; nothing was changed`,
    where: `stage ${name}`,
    got: `a command that ${agent} runs`,
    expected: "a person who has read what it does, at a terminal of their own",
    fix: `stop here: do not look for another way, with pulumi or with the API. Tell the person you work for what you wanted to change in ${name} and why, and that they have to run this command themselves`,
  });
}
