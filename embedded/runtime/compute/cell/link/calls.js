// Where every script lives right now, and the calls under way to it. `link` is the second worker of every cell:
// bindings to other scripts and to Durable Objects end in it.

const holdMs = 30_000;
const ownerChanged = "Durable Object reset because its code was updated.";

/**
 * script → { state: "live" | "starting" | "asleep" | "absent", services: [{ address, main, user, version, weight }],
 * sleeping: [version], objects: { address } | null }
 */
const peers = {};
/** `<kind> <address>` → calls under way. */
const underWay = {};

/** The process that runs the cells tells all there is to know; it hears the calls under way. */
export function told(all) {
  for (const script of Object.keys(peers)) if (!(script in all)) delete peers[script];
  Object.assign(peers, all);
  return underWay;
}

function find(script, kind, version) {
  const peer = peers[script];
  if (peer === undefined || peer.state === "starting") return undefined;
  if (peer.state === "absent")
    throw new Error(`Script not found: "${script}" has no deployment in this account.`);
  if (kind === "objects") return peer.objects;
  return isAsleep(peer, version) ? undefined : choose(peer.services, version);
}

const isAsleep = (peer, version) => peer.state === "asleep" || peer.sleeping?.includes(version);

function choose(services, version) {
  const asked = version && services.find((s) => s.version === version);
  if (asked) return asked;
  let at = Math.random() * services.reduce((sum, s) => sum + s.weight, 0);
  for (const service of services) {
    at -= service.weight;
    if (at < 0) return service;
  }
  return services.findLast(({ weight }) => weight > 0); // rounding left a rest
}

const wake = (env, script) =>
  env.REPORT.fetch("http://report/", { method: "POST", body: JSON.stringify([{ kind: "wake", script }]) });

// Polled: a promise that another request resolves would count as a hang.
async function held(env, script, kind, version) {
  if (peers[script] && isAsleep(peers[script], version) && kind === "service") await wake(env, script);
  for (const until = Date.now() + holdMs; Date.now() < until; ) {
    await scheduler.wait(4);
    const target = find(script, kind, version);
    if (target) return target;
  }
  throw new Error(`Script "${script}" did not become available within ${holdMs / 1000} seconds.`);
}

/**
 * Calls a script where it lives now, or as soon as it lives. Without an await before `use`, so that calls on one stub
 * leave in the order they were made. waitUntil: the count must go down also when the caller went away.
 */
export function call(ctx, env, { script, kind, version }, use) {
  const target = find(script, kind, version);
  const going = target
    ? counted(ctx, kind, target, use)
    : held(env, script, kind, version).then((late) => counted(ctx, kind, late, use));
  ctx.waitUntil(
    going.then(
      () => {},
      () => {},
    ),
  );
  return going;
}

async function counted(ctx, kind, target, use) {
  const key = `${kind} ${target.address}`;
  underWay[key] = (underWay[key] ?? 0) + 1;
  let streaming = false;
  const done = () => {
    underWay[key] -= 1;
    if (underWay[key] === 0) delete underWay[key];
  };
  try {
    const result = await use(target);
    if (!(result instanceof Response) || !result.body || result.webSocket) return result;
    const length = result.headers.get("content-length");
    const through = length ? new FixedLengthStream(Number(length)) : new IdentityTransformStream();
    streaming = true;
    ctx.waitUntil(
      result.body
        .pipeTo(through.writable)
        .catch(() => {})
        .finally(done),
    );
    return new Response(through.readable, result);
  } catch (error) {
    if (kind === "objects" && error.message === "Network connection lost.") throw new Error(ownerChanged);
    throw error;
  } finally {
    if (!streaming) done();
  }
}

// What a class answers itself; anything else a caller asks for is a method of the other side.
const ownEvents = new Set([
  "alarm",
  "connect",
  "queue",
  "scheduled",
  "self",
  "tail",
  "tailStream",
  "test",
  "trace",
]);
for (const event of ["webSocketClose", "webSocketError", "webSocketMessage"]) ownEvents.add(event);

/** `target` with every method of the other side, which `via` reaches. */
export const facing = (target, via) =>
  new Proxy(target, {
    get: (t, key) => {
      if (Reflect.has(t, key)) return Reflect.get(t, key);
      if (typeof key !== "string" || ownEvents.has(key)) return undefined;
      return (...args) => via((remote) => remote[key](...args));
    },
  });
