import type { StateResource } from "../reality/state.ts";
import { kindOf } from "../resources/kinds/kinds.ts";
import type { Change } from "./change.ts";

const workflow = "cloudflare:index/workflow:Workflow";

/** Whether a resource is what data lies in, or a worker, which may have objects. */
export const holdsData = ({ type }: Pick<StateResource, "type">): boolean =>
  kindOf(type) !== undefined || type === workflow;

/** That a stack gives something away that it has. @param of the resources under that label in the state */
export const retirement = (stage: string, resource: string, of: readonly StateResource[]): Change => ({
  stage,
  resource,
  identity: of
    .map(({ type, outputs }) => [type, ...identifying.map((name) => outputs[name] ?? null)])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  operation: "retire",
  before: "in the stack",
  after: null,
});

/** Outputs of which each kind has some, and that no update changes. */
const identifying = ["id", "queueId", "name", "title", "workflowName"];

/** Everything of a state that could be retired, by its label. */
export function retirements(stage: string, state: readonly StateResource[]): readonly Change[] {
  const byLabel = Map.groupBy(state.filter(holdsData), ({ name }) => name);
  return [...byLabel].map(([label, of]) => retirement(stage, label, of));
}
