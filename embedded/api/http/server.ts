import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Permission } from "../../../src/permissions/permission.ts";
import { answerBesideBody } from "../../lingering-close.ts";
import { toOriginForm } from "../../request-target.ts";
import { sendPieces } from "../../send-pieces.ts";
import type { Account, World } from "../../world.ts";
import { authenticate, authorize, bearerOf } from "./authorize.ts";
import { Disconnected } from "./body.ts";
import { diskFullText } from "./disk-full.ts";
import { isWrangler } from "./is-wrangler.ts";
import { noRoute } from "./no-route.ts";
import { apiRequest } from "./request.ts";
import { type Matched, router } from "./router.ts";
import { ApiError, type Reply, type Service, usualBody } from "./service.ts";
import { spoolFolder } from "./spool.ts";
import type { Subject, Token } from "./tokens.ts";

const base = "/client/v4";

type Params = Readonly<Record<string, string>>;

/** What stands here for the ids of a wrangler project, which are those of a real account. */
export interface Aliases {
  /** The account that an id means; undefined when it means none. */
  readonly account: (id: string) => string | undefined;
  /** The path's parameters, with ids of stores that are here. */
  readonly params: (params: Params, method: string) => Promise<Params>;
}

export interface ApiOptions {
  readonly services: readonly Service[];
  readonly world: World;
  readonly accounts: () => readonly Account[];
  /** What ids of another account mean here, for wrangler alone. @default - nothing */
  readonly aliases?: Aliases;
  readonly findToken: (value: string) => Token | undefined;
  /** What a call is about, by its path's parameters. */
  readonly subjectOf: (params: Params, headers: IncomingMessage["headers"]) => Subject;
  /** Hears of each permission that a call asked for. @default nobody */
  readonly asked?: (permission: Permission, subject: Subject) => void;
  /** Takes a request for a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Takes a request that speaks another protocol, and says whether it was one. @default - there is none */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What went wrong inside, with its stack. @default standard error */
  readonly log?: (line: string) => void;
}

/** The v4 API over HTTP: route, token, permission, envelope. What a service throws becomes Cloudflare's error envelope. */
export function apiServer(options: ApiOptions): Server {
  const match = router(options.services);
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    toOriginForm(request);
    if (isUnderLocalhost(request.headers.host) && options.before?.(request, response)) return;
    answer(request, response, match, options).catch((error: unknown) => {
      (options.log ?? console.error)(
        `api: could not answer ${request.method} ${pathOf(request)}: ${stackOf(error)}`,
      );
      response.destroy();
    });
  });
  // Whoever closes an idle connection may close it under the next request: the client does, as it does at Cloudflare, which waits for minutes.
  server.keepAliveTimeout = 0;
  return server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isOfThisMachine(request.headers.host)) options.upgrade(request, socket, head);
    else socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  match: ReturnType<typeof router>,
  options: ApiOptions,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await dispatch(request, match, options);
  } catch (error) {
    if (error instanceof Disconnected) return void response.destroy();
    const known = knownError(error, request, options.world.dataDir);
    if (error !== known)
      (options.log ?? console.error)(
        `api: internal error at ${request.method} ${pathOf(request)}: ${stackOf(error)}`,
      );
    const errors = [
      { code: known.code, message: known.message, ...(known.meta === undefined ? {} : { meta: known.meta }) },
    ];
    return send(request, response, known.status, {
      success: false,
      errors,
      messages: known.notes,
      result: null,
    });
  }
  if (reply.kind === "raw") {
    const { status, headers, body } = reply;
    if (typeof body === "string" || body instanceof Uint8Array)
      return answerBesideBody(request, response, { status, headers: { ...headers }, body });
    response.writeHead(status, { ...headers });
    return sendPieces(body, response);
  }
  const info = reply.resultInfo === undefined ? {} : { result_info: reply.resultInfo };
  send(request, response, reply.status, {
    success: reply.status < 400,
    errors: [],
    messages: reply.messages ?? [],
    result: reply.result,
    ...info,
  });
}

/** What the client is told. Where something went wrong inside, a full disk is looked for: its owner can do something about it. */
function knownError(error: unknown, request: IncomingMessage, dataDir: string): ApiError {
  if (error instanceof ApiError && error.status < 500) return error;
  const full = diskFullText(error, dataDir, Number(request.headers["content-length"] ?? 0));
  if (full !== undefined) return new ApiError(507, 10013, full);
  return error instanceof ApiError ? error : new ApiError(500, 10013, "An unknown error has occurred.");
}

async function dispatch(
  request: IncomingMessage,
  match: ReturnType<typeof router>,
  options: ApiOptions,
): Promise<Reply> {
  requireLoopbackHost(request.headers.host);
  const url = parseUrl(request.url ?? "/");
  const sent = pathOf(request).startsWith("/") ? pathOf(request) : url.pathname;
  // As it was sent: a URL would resolve `a/%2e%2e/b`, which is a key of its own.
  const path = sent.startsWith(`${base}/`) ? sent.slice(base.length) : sent;
  const found = match(request.method ?? "GET", path);
  let token: Token | undefined;
  if (found === undefined || (found.route.auth ?? "token") === "token") {
    token = authenticate(request.headers, path, options.findToken);
    if (found === undefined) throw noRoute(request.method ?? "GET", path);
  }
  const { route } = found;
  const check = (permission: Permission | undefined, subject: Subject): void => {
    if (token === undefined) return;
    if (permission !== undefined) options.asked?.(permission, subject);
    authorize(token, permission, subject);
  };
  const params = await meant(request, found, token, check, options);
  return route.handle(
    apiRequest(request, {
      url,
      params,
      bearer: bearerOf(request.headers),
      token,
      require: (permission, more) =>
        check(permission, { ...options.subjectOf(params, request.headers), ...more }),
      accounts: options.accounts,
      limit: route.body ?? usualBody,
      spoolFolder: spoolFolder(options.world.dataDir),
    }),
    options.world,
  );
}

/** The route's parameters as they are meant here. Whoever may not do this changes nothing by asking. */
async function meant(
  request: IncomingMessage,
  { route, params }: Matched,
  token: Token | undefined,
  check: (permission: Permission | undefined, subject: Subject) => void,
  { aliases, subjectOf }: ApiOptions,
): Promise<Params> {
  if (token === undefined) return params;
  const { account } = params;
  if (aliases === undefined || account === undefined || !isWrangler(request.headers["user-agent"])) {
    check(route.permission, subjectOf(params, request.headers));
    return params;
  }
  const here = {
    ...params,
    account: (token.grants === "all" ? aliases.account(account) : undefined) ?? account,
  };
  check(route.permission, subjectOf(here, request.headers));
  return aliases.params(here, route.method);
}

const isOfThisMachine = (host: string | undefined): boolean =>
  ["127.0.0.1", "localhost", "[::1]"].includes((host ?? "").replace(/:\d+$/, "").toLowerCase());

/** Also any name under `localhost`, which no DNS decides: buckets have such names. */
const isUnderLocalhost = (host: string | undefined): boolean =>
  isOfThisMachine(host) || /\.localhost(?::\d+)?$/i.test(host ?? "");

/** A page in a browser can make any name point here; only names that mean this machine are answered. */
function requireLoopbackHost(host: string | undefined): void {
  if (isOfThisMachine(host)) return;
  throw new ApiError(
    403,
    9109,
    `The Host header must name this machine (127.0.0.1 or localhost), got ${JSON.stringify(host ?? "")}`,
  );
}

function parseUrl(target: string): URL {
  try {
    return new URL(target.startsWith("/") ? `http://127.0.0.1${target}` : target);
  } catch {
    throw noRoute("", target);
  }
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Without the query: signed addresses are secrets. */
const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?")[0] ?? "";

function send(request: IncomingMessage, response: ServerResponse, status: number, answer: object): void {
  // Cloudflare's SDKs repeat a 409 and every 5xx for minutes; here the answer would be the same.
  const noRetry = status < 400 ? {} : { "x-should-retry": "false" };
  const headers = { "content-type": "application/json", ...noRetry };
  answerBesideBody(request, response, { status, headers, body: JSON.stringify(answer) });
}
