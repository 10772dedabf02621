import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Cell } from "../cell/cell.ts";
import type { Script, Scripts } from "../scripts.ts";
import { maximumBodyBytes } from "./body-limit.ts";

/** An answer that the front door gives itself. */
export interface TextAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const plain = (status: number, text: string): TextAnswer => ({
  status,
  headers: { "content-type": "text/plain; charset=UTF-8" },
  text,
});

/** `OPTIONS *`, or a target that is no address. */
export const badTarget: TextAnswer = plain(400, "400 Bad Request: the target of a request is a path.\n");

export const tooLarge: TextAnswer = plain(
  413,
  `413 Payload Too Large: a body may have ${maximumBodyBytes} bytes.\n`,
);

/** Cloudflare's "Error 1101", as a page for a browser and as a line for anything else. The stack is only in the log. */
export function exceptionPage(request: IncomingMessage, script: string): TextAnswer {
  if (!/text\/html/.test(request.headers.accept ?? "")) return plain(500, "error code: 1101\n");
  return {
    status: 500,
    headers: { "content-type": "text/html; charset=UTF-8" },
    text: `<!DOCTYPE html><html lang="en"><head><title>Worker threw exception | ${script}</title></head>
<body><h1>Error 1101</h1><h2>Worker threw exception</h2>
<p>${script} threw an exception that it did not catch. Its log has the stack.</p>
<p>Ray ID: ${randomBytes(8).toString("hex")}</p></body></html>\n`,
  };
}

/** workerd itself ended: it crashed, somebody killed it, or the watchdog did, for which Cloudflare has Error 1102. */
export const runtimeEnded = ({ exceededCpu, name }: Cell): TextAnswer =>
  exceededCpu
    ? plain(503, "error code: 1102\n")
    : plain(502, `The runtime of ${name.script} ended while it answered. It is being started again.\n`);

/** Its cell was asleep and could not be started again. */
export const doesNotStart = (script: string): TextAnswer =>
  plain(500, `${script} is deployed, but its runtime does not start. Its log says why.\n`);

/** 404 for a name under `.localhost` that nothing answers to, 421 for a host that cannot be ours. */
export function notServed(
  request: IncomingMessage,
  scripts: Scripts,
  script: Script | undefined,
): TextAnswer {
  const host = request.headers.host ?? "";
  const port = /:\d+$/.exec(host)?.[0] ?? "";
  const served = scripts
    .all()
    .filter((s) => s.subdomainEnabled && s.state !== "absent")
    .map((s) => `  http://${s.name.script}.${s.name.accountName.toLowerCase()}.localhost${port}/`)
    .toSorted();
  const list = served.length === 0 ? "Nothing is served yet.\n" : `Served here:\n${served.join("\n")}\n`;
  if (script?.state === "starting") return plain(503, `${script.name.script} is still starting.\n`);
  if (script?.state === "live")
    return plain(404, `${script.name.script} is deployed, but its subdomain is not enabled.\n${list}`);
  if (/\.localhost(:\d+)?$/i.test(host)) return plain(404, `No Worker answers to ${host}.\n${list}`);
  const got = host === "" ? "none" : host;
  return plain(
    421,
    `This port serves the hosts <script>.<account>.localhost; the request's was ${got}.\n${list}`,
  );
}
