import { WorkerEntrypoint } from "cloudflare:workers";

const loopback = /^(127(\.\d+){3}|\[::1\]|localhost|.+\.localhost)$/;

/** What the processes of this machine's embedded Cloudflare tell one another by is not for code to say. */
const internal = /^(x-lockstep-|mf-)/i;

function plain(sent) {
  const names = [...sent.headers.keys()].filter((name) => internal.test(name));
  if (names.length === 0) return sent;
  const request = new Request(sent);
  for (const name of names) request.headers.delete(name);
  return request;
}

/** Where the user's global `fetch` goes: nothing leaves this machine unless it was allowed. */
export class Outbound extends WorkerEntrypoint {
  fetch(request) {
    const url = new URL(request.url);
    const local = loopback.test(url.hostname);
    // names under .localhost are not known to every resolver; the front door's are known to be there
    if (local && Number(url.port || 80) === this.env.FRONT_PORT) return this.env.FRONT.fetch(plain(request));
    if (local) return fetch(plain(request));
    if (this.env.EGRESS === "allow") return fetch(request);
    throw new Error(
      `The embedded Cloudflare keeps workers on this machine: fetch of ${url.origin} was refused. ` +
        "Start it with LOCKSTEP_EGRESS=allow to let workers reach the network.",
    );
  }
}
