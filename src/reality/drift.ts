import { addressFindings } from "./addresses.ts";
import type { Asked } from "./ask.ts";
import { consumerFindings } from "./consumers.ts";
import { cronFindings } from "./crons.ts";
import type { Finding } from "./finding.ts";
import { knownIn, labelParts } from "./known.ts";
import { type Lost, lostOf } from "./lost.ts";
import { lostFinding } from "./lost-text.ts";
import { schemaFindings } from "./schemas.ts";
import { foreignDeployments, servingFinding } from "./serving.ts";
import type { StateResource } from "./state.ts";
import { workerFindings, workersIn } from "./workers.ts";

/** What a stack is compared with. */
export interface Comparison extends Asked {
  readonly state: readonly StateResource[];
  /** The project's folder. */
  readonly root: string;
  /** Whether zones are looked through that the stack has no route in, and databases for their schema: more calls. */
  readonly everywhere: boolean;
}

/** Everything that is otherwise at Cloudflare than the stack left it, as far as no provider of the engine's says it. */
export async function drift(comparison: Comparison): Promise<readonly Finding[]> {
  const { state, api, accountId, root, everywhere } = comparison;
  const workers = workersIn(state);
  const stores = Object.fromEntries(
    Object.entries(knownIn(state)).filter(([label]) => labelParts(label)?.kind !== "worker"),
  );
  const [lost, foreign, ...rest] = await Promise.all([
    lostOf(comparison, stores),
    foreignDeployments(state, () => api, accountId),
    consumerFindings(comparison, state),
    addressFindings(comparison, state, workers, everywhere),
    ...workers.map((worker) => workerFindings(comparison, worker)),
    ...workers.map((worker) => cronFindings(comparison, state, worker)),
  ]);
  const gone = new Set(lost.map(({ id }: Lost) => id));
  const [serving, schemas] = await Promise.all([
    Promise.all(foreign.map((each) => servingFinding(each, api, accountId))),
    everywhere ? schemaFindings(comparison, state, gone, root) : [],
  ]);
  return [...lost.map((each) => lostFinding(each)), ...serving, ...rest.flat(), ...schemas];
}
