import { WorkerEntrypoint } from "cloudflare:workers";
import { call, facing } from "./calls.js";
import { report } from "./report.js";

/** A service binding to another script; `props`: { script, entrypoint?, props? }. */
export class Service extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    this.via = (use, version, trigger) =>
      call(ctx, env, { script: ctx.props.script, kind: "service", version }, (at) =>
        timed(ctx, env, at, use, trigger),
      );
    // biome-ignore lint/correctness/noConstructorReturn: an entrypoint is what its constructor returns
    return facing(this, this.via);
  }
  fetch(request) {
    const trigger = `${request.method} ${new URL(request.url).pathname}`;
    return this.via((remote) => remote.fetch(request), versionAsked(request, this.ctx.props.script), trigger);
  }
}

/** A called script has no front door that would count its invocations. */
async function timed(ctx, env, at, use, trigger) {
  const { script, entrypoint, props } = ctx.props;
  const atMs = Date.now();
  const done = (status, exception) =>
    report(ctx, env, {
      kind: "call",
      script,
      version: at.version,
      atMs,
      wallMs: Date.now() - atMs,
      status,
      exception,
      event: trigger === undefined ? "rpc" : "fetch",
      trigger: trigger ?? entrypoint ?? "",
    });
  try {
    const service = entrypoint ? at.user : at.main;
    const result = await use(env.CELLS.connect(at.address).getEntrypoint(service, entrypoint, props));
    done(result instanceof Response ? result.status : 200, false);
    return result;
  } catch (error) {
    done(500, true);
    throw error;
  }
}

/** `Cloudflare-Workers-Version-Overrides: dome-api="<uuid>", silo="<uuid>"` */
function versionAsked(request, script) {
  const header = request.headers.get("Cloudflare-Workers-Version-Overrides") ?? "";
  for (const [, name, version] of header.matchAll(/([\w-]+)\s*=\s*"([^"]+)"/g))
    if (name === script) return version;
  return undefined;
}
