import type { Stage } from "../../src/project/stage.ts";
import { leaveToPerson } from "../../src/settings/agent.ts";
import type { Request } from "./request.ts";

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
  deploy: "state",
  import: "state",
  secret: "state",
  unlock: "state",
  forget: "data",
  retire: "data",
  destroy: "data",
};

/** Whether a person decides it: every change of a stage that asks, and on a real account whatever takes data away. */
export function isForPerson({ command, target, subject, repair }: Request, stage: Stage): boolean {
  const taken = repair ? "state" : destroys[command];
  if (command === "secret" && subject === undefined) return false;
  return taken !== "nothing" && (stage.asksBeforeChange || (taken === "data" && target === "cloudflare"));
}

/** Refuses to a coding agent what a person has to decide. The words are for the agent: it reads them, and tells the person. */
export function refuseAgent(request: Request, stage: Stage, agent: string | undefined): void {
  const { command, repair } = request;
  const change = `${command}${repair ? " --repair" : ""} of ${stage.name}`;
  if (isForPerson(request, stage)) leaveToPerson(change, stage, agent);
}
