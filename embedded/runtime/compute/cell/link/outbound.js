import { WorkerEntrypoint } from "cloudflare:workers";

const loopback = /^(127(\.\d+){3}|\[::1\]|localhost|.+\.localhost)$/;

/** Where the user's global `fetch` goes: nothing leaves this machine unless it was allowed. */
export class Outbound extends WorkerEntrypoint {
  fetch(request) {
    const url = new URL(request.url);
    const local = loopback.test(url.hostname);
    // names under .localhost are not known to every resolver; the front door's are known to be there
    if (local && Number(url.port || 80) === this.env.FRONT_PORT) return this.env.FRONT.fetch(request);
    if (local || this.env.EGRESS === "allow") return fetch(request);
    throw new Error(
      `The embedded Cloudflare keeps workers on this machine: fetch of ${url.origin} was refused. ` +
        "Start it with LOCKSTEP_EGRESS=allow to let workers reach the network.",
    );
  }
}
