// The second worker of every cell. Bindings to other scripts and to Durable Objects end here: it knows where every
// script lives right now, counts the calls under way and holds them while an owner of objects changes.
// The front door's requests, queue batches and cron events enter the cell through it.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

const holdMs = 30_000;
/** script → { state: "live" | "starting" | "absent", services: [{address, main, user, version, weight}], objects: {address} | null } */
const peers = {};
/** `<kind> <address>` → calls under way. */
const calls = {};

function find(script, kind, overrides) {
  const peer = peers[script];
  if (peer?.state === "absent")
    throw new Error(`Script not found: "${script}" has no deployment in this account.`);
  if (peer === undefined) return undefined;
  return kind === "objects" ? (peer.objects ?? undefined) : choose(peer.services, overrides?.[script]);
}

function choose(services, version) {
  const asked = version && services.find((s) => s.version === version);
  if (asked) return asked;
  let at = Math.random() * services.reduce((sum, s) => sum + s.weight, 0);
  return services.find((s) => (at -= s.weight) < 0) ?? services.at(-1);
}

// Polled: a promise that another request resolves would count as a hang.
async function held(script, kind, overrides) {
  for (const until = Date.now() + holdMs; Date.now() < until; ) {
    await scheduler.wait(4);
    const target = find(script, kind, overrides);
    if (target) return target;
  }
  throw new Error(`Script "${script}" did not become available within ${holdMs / 1000} seconds.`);
}

// Without an await before `use`, so that calls on one stub leave in the order they were made.
// waitUntil: the count must also go down when the caller went away.
function call(ctx, script, kind, use, overrides) {
  const target = find(script, kind, overrides);
  const going = target
    ? counted(ctx, kind, target, use)
    : held(script, kind, overrides).then((late) => counted(ctx, kind, late, use));
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
  calls[key] = (calls[key] ?? 0) + 1;
  let streaming = false;
  const done = () => {
    if (--calls[key] === 0) delete calls[key];
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
    if (kind === "objects" && error.message === "Network connection lost.")
      throw new Error("Durable Object reset because its code was updated.");
    throw error;
  } finally {
    if (!streaming) done();
  }
}

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

/** Every method a caller asks for is asked of the other side. */
const facing = (target, via) =>
  new Proxy(target, {
    get: (t, key) => {
      if (Reflect.has(t, key)) return Reflect.get(t, key);
      if (typeof key !== "string" || ownEvents.has(key)) return undefined;
      return (...args) => via((remote) => remote[key](...args));
    },
  });

/** A service binding to another script; `props`: { script, entrypoint?, props? }. */
export class Service extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const { script, entrypoint, props } = ctx.props;
    this.via = (use, overrides) =>
      call(
        ctx,
        script,
        "service",
        (at) =>
          use(env.CELLS.connect(at.address).getEntrypoint(entrypoint ? at.user : at.main, entrypoint, props)),
        overrides,
      );
    return facing(this, this.via);
  }
  fetch(request) {
    return this.via((remote) => remote.fetch(request), overridesOf(request));
  }
}

/** `Cloudflare-Workers-Version-Overrides: dome-api="<uuid>", silo="<uuid>"` */
function overridesOf(request) {
  const header = request.headers.get("Cloudflare-Workers-Version-Overrides");
  return header
    ? Object.fromEntries([...header.matchAll(/([\w-]+)="([^"]+)"/g)].map((m) => [m[1], m[2]]))
    : undefined;
}

/** What stands for a class of Durable Objects that lives in its owner's cell. */
export const objectClass = (script, namespaceId) =>
  class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      const props = { namespaceId, id: ctx.id.toString(), name: ctx.id.name };
      let address;
      let remote;
      this.via = (use) =>
        call(ctx, script, "objects", (at) => {
          if (at.address !== address) {
            address = at.address;
            remote = env.CELLS.connect(address).getEntrypoint("core:user:link", "Objects", props);
          }
          return use(remote);
        });
      return facing(this, this.via);
    }
    fetch(request) {
      return this.via((remote) => remote.fetch(request));
    }
  };

/** In an owner's cell: the object itself, by its name where it has one, so that `ctx.id.name` is there as on Cloudflare. */
export class Objects extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const { namespaceId, id, name } = ctx.props;
    const namespace = env[`OBJECTS ${namespaceId}`];
    this.object = namespace.get(
      typeof name === "string" ? namespace.idFromName(name) : namespace.idFromString(id),
    );
    return facing(this, (use) => use(this.object));
  }
  fetch(request) {
    return this.object.fetch(request);
  }
}

/** Where the user's global `fetch` goes: nothing leaves this machine unless it was allowed. */
export class Outbound extends WorkerEntrypoint {
  async fetch(request) {
    const url = new URL(request.url);
    const local = /^(127(\.\d+){3}|\[::1\]|localhost|.+\.localhost)$/.test(url.hostname);
    if (local && url.hostname.endsWith(".localhost") && Number(url.port || 80) === this.env.FRONT_PORT)
      return this.env.FRONT.fetch(request);
    if (local || this.env.EGRESS === "allow") return fetch(request);
    throw new Error(
      `The embedded Cloudflare keeps workers on this machine: fetch of ${url.origin} was refused. ` +
        "Start it with LOCKSTEP_EGRESS=allow to let workers reach the network.",
    );
  }
}

/** For the process that runs the cells, on a socket of its own. */
export class Control extends WorkerEntrypoint {
  async fetch(request) {
    const path = new URL(request.url).pathname;
    if (path !== "/peers") return this.env.EVENTS.fetch(request);
    const told = await request.json();
    for (const script of Object.keys(peers)) if (!(script in told)) delete peers[script];
    Object.assign(peers, told);
    return Response.json(calls);
  }
}

/** The front door's requests. An exception goes back as data: the front door makes Cloudflare's page of it. */
export default {
  async fetch(request, env) {
    try {
      return await env.USER.fetch(request);
    } catch (error) {
      const told = { name: error?.name, message: error?.message ?? String(error), stack: error?.stack };
      return Response.json(told, { status: 500, headers: { "x-lockstep-exception": env.NONCE } });
    }
  },
};
