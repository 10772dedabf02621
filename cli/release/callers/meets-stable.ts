import type { Link } from "../../../src/declare/links.ts";
import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import { meetsStable, type Order, orderOf } from "../../../src/release/order/order.ts";
import { rpcOf } from "../../../src/statements/rpc.ts";
import { type Bound, type Labelled, labelled, type Stable } from "./bound.ts";
import { calledBy } from "./called.ts";
import type { Judged } from "./lost-methods.ts";

/** Code of a worker: as it will be, and as it is. */
export interface Codes {
  readonly fresh: (worker: Labelled) => Promise<string | undefined>;
  readonly stable: (worker: Labelled) => Promise<string | undefined>;
}

/**
 * The order of a release. In a circle of workers some new version meets a stable one of a callee: what it calls has to be there already. A
 * circle over several systems is broken at calls of which that is known.
 * @param bound what stable versions call: that is there
 */
export async function orderedCalls(
  links: readonly Link[],
  stable: Stable,
  bound: readonly Bound[],
  codes: Codes,
): Promise<Judged & { readonly order: Order }> {
  const { systems } = stable;
  const asListed = orderOf(systems, links);
  const home = new Map(systems.flatMap(({ name, resources }) => resources.map((each) => [each, name])));
  // A circle that is broken somewhere may be broken elsewhere: there any call between systems may be the one.
  const mayMeet = (link: Link): boolean =>
    meetsStable(asListed, link) || (asListed.broken.length > 0 && home.get(link.from) !== home.get(link.to));
  const judged = new Map(
    await Promise.all(
      links
        .filter((link) => link.by === "service" && mayMeet(link))
        .map(async (link) => [link, await met(link, { stable, bound, codes })] as const),
    ),
  );
  const order = orderOf(systems, links, (link) => {
    const { lost = [], unknown = ["not judged"] } = judged.get(link) ?? {};
    return lost.length > 0 ? "lost" : unknown.length > 0 ? "unknown" : "there";
  });
  const meeting = [...judged].flatMap(([link, each]) => (meetsStable(order, link) ? [each] : []));
  return {
    order,
    lost: meeting.flatMap(({ lost }) => lost),
    unknown: meeting.flatMap(({ unknown }) => unknown),
  };
}

interface Around {
  readonly stable: Stable;
  readonly bound: readonly Bound[];
  readonly codes: Codes;
}

/** What a new caller calls in the stable callee. */
async function met(
  { from, to, through: binding, entrypoint = "default" }: Link,
  { stable, bound, codes }: Around,
): Promise<Judged> {
  const nothing = { lost: [], unknown: [] };
  const all = labelled(stable);
  const [caller, callee] = [from, to].map((each) => all.find((one) => one.worker === each));
  // A callee without a version is made whole by the first `up`.
  if (caller === undefined || callee === undefined || stable.versions[callee.label] === undefined)
    return nothing;
  const isThere =
    entrypoint === "default" ||
    bound.some((each) => each.callee.label === callee.label && each.entrypoint === entrypoint);
  const [fresh, old] = await Promise.all([codes.fresh(caller), codes.stable(callee)]);
  const called =
    fresh === undefined
      ? { methods: [], unknown: "it has no code" }
      : calledBy({ modules: [fresh] }, binding);
  const rpc = old === undefined ? undefined : rpcOf(old);
  const of = entrypoint === "default" ? callee.label : `${entrypoint} of ${callee.label}`;
  const isLost = !isThere && rpc?.exports !== undefined && !rpc.exports.has(entrypoint);
  const methods = isLost ? new Set<string>() : rpc?.methodsOf(entrypoint);
  const isUnknown = called.unknown !== undefined || (methods === undefined && called.methods.length > 0);
  const unknown = isUnknown
    ? [
        `Not known: whether the stable ${of} has what the new version of ${caller.label} calls by ${binding}; the new one meets the stable one, as they call each other`,
      ]
    : [];
  const missing = methods === undefined ? [] : called.methods.filter((method) => !methods.has(method));
  if (!isLost && missing.length === 0) return { lost: [], unknown };
  const diagnostic: Diagnostic = {
    what: isLost
      ? `The stable version of ${callee.label} lacks entrypoint ${entrypoint}, which the new version of ${caller.label} binds`
      : `The stable version of ${callee.label} lacks ${missing.map((method) => `${method}()`).join(", ")}, which the new version of ${caller.label} calls`,
    where: `${binding} of ${caller.label}`,
    got: `${caller.label} and ${callee.label} call each other in a circle, so the new ${caller.label} meets the stable ${callee.label}`,
    expected: "what a new version calls in a stable version already",
    fix: `make it two releases: first ${callee.label} with what is new in it, then ${caller.label} that calls it`,
  };
  return { lost: [diagnostic], unknown: [] };
}
