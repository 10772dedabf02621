import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Request } from "./request.ts";

/** The coding agent that runs this command, by the variables that agents set for the programs they start; undefined where none does. */
export async function agentHere(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const { detectAgenticEnvironment } = await import("am-i-vibing");
  const { type, name, id } = detectAgenticEnvironment({ env });
  // An editor with an assistant in it is a person's terminal.
  return type === "agent" ? (name ?? id ?? "a coding agent") : undefined;
}

type Destroys = "data" | "state" | "nothing";
/** What a command may take away, that nothing brings back. */
const destroys: Readonly<Record<Request["command"], Destroys>> = {
  preview: "nothing",
  drift: "nothing",
  status: "nothing",
  outputs: "nothing",
  summary: "nothing",
  verify: "nothing",
  init: "nothing",
  up: "state",
  import: "state",
  secret: "state",
  unlock: "state",
  forget: "data",
  retire: "data",
  destroy: "data",
};

/**
 * Refuses to a coding agent what a person has to decide: every change of a stage that asks, and on a real account whatever takes data away. The
 * words are for the agent: it reads them, and tells the person.
 */
export function refuseAgent(request: Request, stage: Stage, agent: string | undefined): void {
  const { command, target, subject } = request;
  const taken = destroys[command];
  const isForPerson =
    taken !== "nothing" && (stage.asksBeforeChange || (taken === "data" && target === "cloudflare"));
  if (!isForPerson || (command === "secret" && subject === undefined)) return;
  leaveToPerson(`${command} of ${stage.name}`, stage, agent);
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
