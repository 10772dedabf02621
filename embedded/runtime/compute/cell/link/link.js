// The worker beside the user's in every cell. The front door's requests, queue batches and cron events enter through
// it; calls to other scripts and to Durable Objects leave through it.
import { WorkerEntrypoint } from "cloudflare:workers";
import { told } from "./calls.js";
import { watch } from "./report.js";

export { Objects, objectClass } from "./objects.js";
export { Outbound } from "./outbound.js";
export { Tail } from "./report.js";
export { Service } from "./service.js";
export { Workflow } from "./workflow.js";

const keyHeader = "x-lockstep-key";
const refused = () => new Response("the key of this port is wanted", { status: 403 });

/** A request with the key of this port, without it: the user's code may not see it. Nobody else comes in by the port. */
function admitted(sent, env) {
  if (sent.headers.get(keyHeader) !== env.NONCE) return undefined;
  const request = new Request(sent);
  request.headers.delete(keyHeader);
  return request;
}

/** For the process that runs the cells, on a socket of its own. */
export class Control extends WorkerEntrypoint {
  async fetch(sent) {
    const request = admitted(sent, this.env);
    if (request === undefined) return refused();
    const path = new URL(request.url).pathname;
    if (path === "/ping") return Response.json(null);
    if (path === "/peers") {
      const { peers, watched } = await request.json();
      watch(watched);
      return Response.json(told(peers));
    }
    if (path === "/ask") return this.env.USER.fetch(request);
    return this.env.EVENTS.fetch(request);
  }
}

/** The front door's requests. An exception goes back as a mark: the front door makes Cloudflare's page of it. */
export default {
  async fetch(sent, env) {
    const request = admitted(sent, env);
    if (request === undefined) return refused();
    try {
      return await env.USER.fetch(request);
    } catch {
      return new Response(null, { status: 500, headers: { "x-lockstep-exception": env.NONCE } });
    }
  },
};
