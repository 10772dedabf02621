import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { pipeline, Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { answerBesideBody, endBesideBody, hasBody } from "../../../lingering-close.ts";
import type { Cell } from "../cell/cell.ts";
import type { ReportListeners } from "../cell/report.ts";
import { BodyTooLarge, maximumBodyBytes } from "./body-limit.ts";
import { compressedHeaders, compressionOf, compressor } from "./compress.ts";
import { answered, forwarded, maximumHeaderBytes } from "./headers.ts";
import { exceptionPage, runtimeEnded, tooLarge } from "./pages.ts";

/** How long a request waits for a workerd that crashed and is being started again. */
const crashLimitMs = 30_000;

/** The status of an invocation whose visitor went away before an answer. */
const visitorLeft = 499;

/** Passes one request on and streams the answer back. Counts it, so that its version is not ended under it. */
export async function proxyRequest(
  request: IncomingMessage,
  response: ServerResponse,
  cell: Cell,
  options: ReportListeners & { readonly nonce: string },
): Promise<void> {
  if (response.closed) return; // the visitor left while the cell was starting: nothing would end the count
  const atMs = Date.now();
  const startedAt = performance.now();
  const { account, script } = cell.name;
  let exception = false;
  cell.inflight += 1;
  response.once("close", () => {
    cell.inflight -= 1;
    cell.lastActiveMs = Date.now();
    // What is files alone is answered without a worker: Cloudflare counts no invocation, and has none in its logs.
    if (cell.version.mainModule === undefined) return;
    const wallMs = performance.now() - startedAt;
    const status = response.headersSent ? response.statusCode : visitorLeft;
    options.onInvocation({
      account,
      script,
      version: cell.version.id,
      atMs,
      wallMs,
      status,
      exception,
      event: "fetch",
      trigger: triggerOf(request),
    });
  });
  try {
    const answer = await ask(request, response, cell);
    if (answer.headers["x-lockstep-exception"] === options.nonce) {
      exception = true;
      answer.resume();
      const page = exceptionPage(request, script);
      response.writeHead(page.status, page.headers).end(page.text);
      return;
    }
    answer.on("error", () => {
      exception = true;
      response.destroy();
    });
    passOn(request, answer, response);
  } catch (error) {
    if (response.destroyed) return; // the caller went away first
    if (error instanceof BodyTooLarge) {
      answerBesideBody(request, response, { ...tooLarge, body: tooLarge.text });
      return;
    }
    exception = true;
    const why = cell.exceededCpu ? "Worker exceeded CPU time limit." : String(error);
    const text = `The runtime ended during ${request.method} ${request.url}: ${why}`;
    options.onLog({ account, script, version: cell.version.id, stream: "stderr", text, atMs: Date.now() });
    const page = runtimeEnded(cell);
    response.writeHead(page.status, page.headers).end(page.text);
  }
}

/** `GET /notes`, without the query: there are tokens in some. */
export const triggerOf = ({ method, url = "" }: IncomingMessage): string =>
  `${method ?? "GET"} ${url.split("?")[0]}`;

/** The answer as the worker gave it, compressed where that is wanted and possible. */
function passOn(request: IncomingMessage, answer: IncomingMessage, response: ServerResponse): void {
  const encoding = compressionOf(request, answer);
  const headers = answered(answer.rawHeaders);
  const all = encoding === undefined ? headers : compressedHeaders(headers, encoding);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", all);
  // Who left, or failed, has destroyed both.
  const sent = encoding === undefined ? answer : pipeline(answer, compressor(encoding), () => undefined);
  sent.on("error", () => response.destroy());
  sent.pipe(response, { end: false });
  sent.once("end", () => endBesideBody(request, response));
}

/** Asks again while nothing was sent yet: a workerd that crashed is back in a moment, with another port. */
async function ask(request: IncomingMessage, response: ServerResponse, cell: Cell): Promise<IncomingMessage> {
  for (const until = performance.now() + crashLimitMs; ; await sleep(20)) {
    if (cell.exceededCpu && performance.now() < until) continue;
    const up = httpRequest({
      // a body that the worker leaves unread spoils its connection for the next request
      agent: hasBody(request) ? false : cell.agent,
      host: "127.0.0.1",
      port: cell.httpPort,
      path: request.url,
      method: request.method,
      headers: forwarded(request, cell.key),
      maxHeaderSize: maximumHeaderBytes,
    });
    const abandon = (): void => {
      up.destroy();
    };
    response.once("close", abandon);
    try {
      return await answerOf(up, request);
    } catch (error) {
      response.off("close", abandon);
      if (response.destroyed || performance.now() > until || !nothingWasSent(error)) throw error;
    }
  }
}

function answerOf(up: ClientRequest, request: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    up.on("error", reject);
    up.once("response", resolve);
    // the body is not touched before there is a connection, so that it can go to another one
    const send = (): void => {
      const body = unhurried();
      body.once("error", (error) => up.destroy(error));
      request.pipe(body).pipe(up);
      // what the worker did not read is in the way of the visitor's next request
      up.once("close", () => request.unpipe().resume());
    };
    up.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", send);
      else send();
    });
  });
}

/** workerd reads this much of a body that its worker does not want, before it closes the connection. */
const unwantedBytes = 64 * 1024;
const refusalMs = 10;

/**
 * Leaves time for an answer between the pieces of a body: a worker may answer without reading it (401, 413), and workerd
 * then closes the connection. A write that finds it closed would throw away the answer that was already there.
 */
function unhurried(): Transform {
  let sentBytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      const isFirstTooMuch = sentBytes <= unwantedBytes && sentBytes + chunk.length > unwantedBytes;
      sentBytes += chunk.length;
      if (sentBytes > maximumBodyBytes) done(new BodyTooLarge());
      else if (isFirstTooMuch) setTimeout(done, refusalMs, null, chunk);
      else setImmediate(done, null, chunk);
    },
  });
}

/** Anything but a refused connection may have reached the worker, and a request is never made twice. */
const nothingWasSent = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
