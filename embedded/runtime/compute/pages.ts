import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Script, Scripts } from "./scripts.ts";

/** Cloudflare's "Error 1101" in the form the caller asked for. The exception itself is only in the log, as there. */
export function exceptionPage(
  request: IncomingMessage,
  script: string,
): { contentType: string; body: string } {
  const ray = randomBytes(8).toString("hex");
  const html = /text\/html/.test(request.headers.accept ?? "");
  if (!html) return { contentType: "text/plain; charset=UTF-8", body: "error code: 1101" };
  return {
    contentType: "text/html; charset=UTF-8",
    body: `<!DOCTYPE html><html lang="en"><head><title>Worker threw exception | ${script}</title></head>
<body><h1>Error 1101</h1><h2>Worker threw exception</h2>
<p>${script} ran into an exception that it did not catch. Its log has the stack.</p>
<p>Ray ID: ${ray}</p></body></html>\n`,
  };
}

export const unavailablePage = (script: string): string =>
  `The runtime of ${script} ended while it answered this request. It is started again; its log says more.\n`;

/** 404 for a name under `.localhost` that nothing answers to, 421 for a host that is none of ours. */
export function notServed(
  request: IncomingMessage,
  scripts: Scripts,
  script: Script | undefined,
): { readonly status: number; readonly text: string } {
  const host = request.headers.host ?? "";
  const port = host.replace(/^.*?(:\d+)?$/, "$1");
  const served = scripts
    .all()
    .filter((s) => s.subdomainEnabled && s.state !== "absent")
    .map((s) => `  http://${s.name.script}.${s.name.accountName.toLowerCase()}.localhost${port}/`)
    .toSorted();
  const list = served.length === 0 ? "Nothing is deployed yet.\n" : `Deployed here:\n${served.join("\n")}\n`;
  const ours = /\.localhost(:\d+)?$/i.test(host);
  if (script !== undefined && script.state !== "absent")
    return {
      status: 404,
      text: `${script.name.script} is deployed, but its subdomain is not enabled.\n${list}`,
    };
  return ours
    ? { status: 404, text: `No Worker answers to ${host}.\n${list}` }
    : {
        status: 421,
        text: `This front door serves <script>.<account>.localhost; it got the host ${JSON.stringify(host)}.\n${list}`,
      };
}
