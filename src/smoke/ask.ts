// Started by a stack as a command, after a deployment, with LOCKSTEP_SMOKE_URL. Fails when the worker does not answer with success.
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { urlToHttpOptions } from "node:url";

const url = new URL(process.env["LOCKSTEP_SMOKE_URL"] ?? "");
const local = url.hostname.endsWith(".localhost");
const attempts = 10;
const pauseMs = 500;
/** A worker that takes longer has not answered; without it a silent one would keep the `up` for ever. */
const patienceMs = 10_000;

/** Node does not resolve `*.localhost` everywhere: the embedded Cloudflare is asked at 127.0.0.1 with a Host header. */
function ask(): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? secureRequest : request;
    const where = local
      ? { host: "127.0.0.1", port: url.port, path: url.pathname + url.search, headers: { host: url.host } }
      : urlToHttpOptions(url);
    send({ ...where, signal: AbortSignal.timeout(patienceMs) }, (response) => {
      resolve(response.statusCode ?? 0);
      // The status is enough; a body may never end.
      response.destroy();
    })
      .on("error", reject)
      .end();
  });
}

for (let attempt = 1; ; attempt++) {
  const status = await ask().catch((error: Error) => error.message);
  if (typeof status === "number" && status >= 200 && status < 300) {
    console.log(`${url.pathname} answered ${status}`);
    break;
  }
  if (attempt === attempts) {
    console.error(`${url} answered ${status} ${attempts} times; expected success (2xx)`);
    process.exitCode = 1;
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
