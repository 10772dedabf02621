import { calls, workerGroups, workersOf } from "../../../src/declare/graph.ts";
import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import { rpcOf } from "../../../src/statements/rpc.ts";
import { type Bound, type Labelled, labelled, type Stable } from "./bound.ts";
import type { Judged } from "./lost-methods.ts";

/** Code of a worker: as it will be, and as it is. */
export interface Codes {
  readonly fresh: (worker: Labelled) => Promise<string | undefined>;
  readonly stable: (worker: Labelled) => Promise<string | undefined>;
}

/**
 * Workers that call each other are released together, so a new version meets the old ones: what a new caller calls has to be there in the
 * stable version of the callee already.
 * @param bound what stable versions call: that is there
 */
export async function lostInCircles(stable: Stable, bound: readonly Bound[], codes: Codes): Promise<Judged> {
  const all = labelled(stable);
  const circles = stable.systems.flatMap((system) =>
    workerGroups(workersOf(system), (worker) => calls(worker).map(({ to }) => to)).filter(
      ({ length }) => length > 1,
    ),
  );
  const found = await Promise.all(
    circles.flatMap((circle) =>
      circle.flatMap((worker) =>
        Object.entries(worker.env).map(async ([binding, declared]): Promise<Judged> => {
          const nothing = { lost: [], unknown: [] };
          if (typeof declared === "string" || declared.kind !== "service") return nothing;
          const [caller, callee] = [worker, declared.target()].map((each) =>
            all.find((one) => one.worker === each),
          );
          if (
            caller === undefined ||
            callee === undefined ||
            caller === callee ||
            !circle.includes(callee.worker)
          )
            return nothing;
          if (stable.versions[callee.label] === undefined) return nothing;
          const entrypoint = declared.entrypoint ?? "default";
          const isThere =
            entrypoint === "default" ||
            bound.some((each) => each.callee.label === callee.label && each.entrypoint === entrypoint);
          return judged({ binding, caller, callee, entrypoint, isThere }, codes);
        }),
      ),
    ),
  );
  return { lost: found.flatMap(({ lost }) => lost), unknown: found.flatMap(({ unknown }) => unknown) };
}

interface Wanted {
  readonly binding: string;
  readonly caller: Labelled;
  readonly callee: Labelled;
  readonly entrypoint: string;
  /** A stable version is bound to the entrypoint. */
  readonly isThere: boolean;
}

async function judged(
  { binding, caller, callee, entrypoint, isThere }: Wanted,
  codes: Codes,
): Promise<Judged> {
  const [fresh, old] = await Promise.all([codes.fresh(caller), codes.stable(callee)]);
  const called = fresh === undefined ? undefined : rpcOf(fresh)?.calledOn(binding);
  const rpc = old === undefined ? undefined : rpcOf(old);
  const of = entrypoint === "default" ? callee.label : `${entrypoint} of ${callee.label}`;
  const isLost = !isThere && rpc?.exports !== undefined && !rpc.exports.has(entrypoint);
  const methods = isLost ? new Set<string>() : rpc?.methodsOf(entrypoint);
  if (called === undefined || methods === undefined)
    return called?.length === 0
      ? { lost: [], unknown: [] }
      : {
          lost: [],
          unknown: [
            `Not known: whether the stable ${of} has what the new version of ${caller.label} calls by ${binding}; they are released together, as they call each other`,
          ],
        };
  const missing = called.filter((method) => !methods.has(method));
  if (!isLost && missing.length === 0) return { lost: [], unknown: [] };
  const diagnostic: Diagnostic = {
    what: isLost
      ? `The stable version of ${callee.label} lacks entrypoint ${entrypoint}, which the new version of ${caller.label} binds`
      : `The stable version of ${callee.label} lacks ${missing.map((method) => `${method}()`).join(", ")}, which the new version of ${caller.label} calls`,
    where: `${binding} of ${caller.label}`,
    got: `${caller.label} and ${callee.label} call each other in a circle, so they are released together and the new one meets the stable one`,
    expected: "what a new version calls in a stable version already",
    fix: `make it two releases: first ${callee.label} with what is new in it, then ${caller.label} that calls it`,
  };
  return { lost: [diagnostic], unknown: [] };
}
