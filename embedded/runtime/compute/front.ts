import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Invocation } from "../compute.ts";
import type { Cell } from "./cell.ts";
import { choose } from "./choose.ts";
import { exceptionPage, notServed, unavailablePage } from "./pages.ts";
import type { Script, Scripts } from "./scripts.ts";

export interface FrontOptions {
  readonly scripts: Scripts;
  readonly nonce: string;
  readonly onInvocation: (invocation: Invocation) => void;
  /** An exception that left a worker, with its stack. */
  readonly onException: (cell: Cell, text: string) => void;
}

/** How long a request waits for a cell that is starting, or coming back after a crash. */
const waitMs = 30_000;
const exceptionSchema = z.object({
  name: z.string().optional(),
  message: z.string(),
  stack: z.string().optional(),
});

/** `<script>.<account name>.localhost` → that script's cell. */
export function frontDoor(options: FrontOptions): Server {
  const server = createServer((request, response) => {
    serve(request, response, options).catch((error: unknown) => {
      console.error("front door:", request.method, request.url, error);
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(500, { "content-type": "text/plain" })
          .end("The front door failed; its log says why.\n");
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(request, socket, head, options).catch((error: unknown) => {
      console.error("front door:", request.method, request.url, error);
      socket.destroy();
    });
  });
  return server;
}

type Found = { readonly cell: Cell } | { readonly status: number; readonly text: string };

async function target(request: IncomingMessage, { scripts }: FrontOptions): Promise<Found> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const [, name, accountName] = /^([^.]+)\.([^.]+)\.localhost$/.exec(host) ?? [];
  const script =
    name === undefined || accountName === undefined ? undefined : scripts.byHost(accountName, name);
  if (script === undefined || !script.subdomainEnabled) return { ...notServed(request, scripts, script) };
  if (script.state === "starting")
    await Promise.race([script.opened, sleep(waitMs, undefined, { ref: false })]);
  const cell = choose(script.shares, script.name.script, request.headers);
  return cell === undefined ? unavailable(script, request, scripts) : { cell };
}

const unavailable = (script: Script, request: IncomingMessage, scripts: Scripts): Found =>
  script.state === "starting"
    ? { status: 503, text: `${script.name.script} did not start within ${waitMs / 1000} seconds.\n` }
    : notServed(request, scripts, script);

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  const found = await target(request, options);
  if (!("cell" in found)) {
    response.writeHead(found.status, { "content-type": "text/plain; charset=utf-8" }).end(found.text);
    return;
  }
  const { cell } = found;
  const atMs = Date.now();
  const startedAt = performance.now();
  let exception = false;
  cell.inflight += 1;
  response.once("close", () => {
    cell.inflight -= 1;
    const wallMs = performance.now() - startedAt;
    const { account, script } = cell.name;
    options.onInvocation({
      account,
      script,
      version: cell.version.id,
      atMs,
      wallMs,
      status: response.statusCode,
      exception,
    });
  });
  const up = httpRequest({
    agent: cell.agent,
    host: "127.0.0.1",
    port: cell.httpPort,
    path: request.url,
    method: request.method,
    headers: forwarded(request),
  });
  request.pipe(up);
  response.once("close", () => up.destroy());
  try {
    const [answer]: IncomingMessage[] = await once(up, "response");
    if (answer === undefined) throw new Error("no answer");
    up.on("error", () => response.destroy());
    if (answer.headers["x-lockstep-exception"] === options.nonce) {
      exception = true;
      const told = exceptionSchema.parse(JSON.parse(await text(answer)));
      options.onException(cell, told.stack ?? `${told.name ?? "Error"}: ${told.message}`);
      const page = exceptionPage(request, cell.name.script);
      response.writeHead(500, { "content-type": page.contentType }).end(page.body);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", pairs(answer.rawHeaders));
    answer.on("error", () => {
      exception = true;
      response.destroy();
    });
    answer.pipe(response);
  } catch (error) {
    exception = true;
    if (response.destroyed) return; // the caller went away first
    options.onException(cell, `the runtime ended during a request: ${String(error)}`);
    response.writeHead(502, { "content-type": "text/plain" }).end(unavailablePage(cell.name.script));
  }
}

/** What Cloudflare's edge adds, and nothing of what only the edge may say. */
function forwarded(request: IncomingMessage): string[] {
  const own = new Set([
    "mf-cf-blob",
    "cf-connecting-ip",
    "x-real-ip",
    "x-forwarded-proto",
    "cf-visitor",
    "cf-ipcountry",
  ]);
  const kept: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = [request.rawHeaders[i], request.rawHeaders[i + 1]];
    if (name !== undefined && value !== undefined && !own.has(name.toLowerCase())) kept.push(name, value);
  }
  const cf = {
    colo: "LOC",
    country: "XX",
    httpProtocol: `HTTP/${request.httpVersion}`,
    asn: 0,
    tlsVersion: "",
    tlsCipher: "",
  };
  kept.push(
    "mf-cf-blob",
    JSON.stringify(cf),
    "CF-Connecting-IP",
    "127.0.0.1",
    "X-Real-IP",
    "127.0.0.1",
    "X-Forwarded-Proto",
    "http",
  );
  return kept;
}

const pairs = (raw: readonly string[]): string[] => [...raw];

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** WebSockets: after the head, bytes. */
async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: FrontOptions,
): Promise<void> {
  const found = await target(request, options);
  if (!("cell" in found)) {
    socket.end(
      `HTTP/1.1 ${found.status} Not Found\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${found.text}`,
    );
    return;
  }
  const { cell } = found;
  const lines: string[] = [];
  const headers = forwarded(request);
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  const up = connect(cell.httpPort, "127.0.0.1", () => {
    up.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    up.write(head);
    socket.pipe(up).pipe(socket);
  });
  cell.inflight += 1;
  up.once("close", () => {
    cell.inflight -= 1;
    socket.destroy();
  });
  up.on("error", () => socket.destroy());
  socket.on("error", () => up.destroy());
  socket.on("close", () => up.destroy());
}
