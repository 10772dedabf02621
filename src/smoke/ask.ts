// Started by a stack as a command, after a deployment, with LOCKSTEP_SMOKE_URL. Fails when the worker does not answer with success.
import { exchange } from "../cloudflare/exchange.ts";

const url = new URL(process.env["LOCKSTEP_SMOKE_URL"] ?? "");
const attempts = 10;
const pauseMs = 500;
/** A worker that takes longer has not answered; without it a silent one would keep the `up` for ever. */
const patienceMs = 10_000;

for (let attempt = 1; ; attempt++) {
  const sent = await exchange(url.href, { timeoutMs: patienceMs, onlyHead: true });
  const status = sent.kind === "answer" ? sent.status : sent.message;
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
