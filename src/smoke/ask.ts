// Started by a stack as a command, after a deployment: `node src/smoke/ask.ts <url> <path>`. Fails when the worker does not answer with success.
import { request } from "node:http";
import { request as secureRequest } from "node:https";

const [base = "", path = "/"] = process.argv.slice(2);
const url = new URL(path, base);
const local = url.hostname.endsWith(".localhost");
const attempts = 10;
const pauseMs = 500;

/** Node does not resolve `*.localhost` everywhere: the embedded Cloudflare is asked at 127.0.0.1 with a Host header. */
function ask(): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? secureRequest : request;
    const options = local
      ? { host: "127.0.0.1", port: url.port, path: url.pathname, headers: { host: url.host } }
      : url;
    send(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
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
    console.error(
      `${url} answered ${status} ${attempts} times in ${(attempts * pauseMs) / 1000} s; expected success (2xx)`,
    );
    process.exitCode = 1;
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
