import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ZodError, type ZodType } from "zod";
import type { Account, World } from "../world.ts";
import { router } from "./router.ts";
import { ApiError, type ApiMessage, type ApiRequest, type Reply, type Service } from "./service.ts";
import { allows, type Token } from "./tokens.ts";

const base = "/client/v4";
/** workerd's own limit on an upload is far below; this only keeps a mistake from filling memory. */
const maximumBodyBytes = 512 * 1024 * 1024;

export interface ApiOptions {
  readonly services: readonly Service[];
  readonly world: World;
  readonly accounts: () => readonly Account[];
  readonly findToken: (value: string) => Token | undefined;
}

/** The v4 API over HTTP: route, token, permission, envelope. What a service throws becomes Cloudflare's error envelope. */
export function apiServer(options: ApiOptions): Server {
  const match = router(options.services);
  return createServer((request, response) => {
    answer(request, response, match, options).catch((error: unknown) => {
      console.error("api: could not answer", request.method, request.url, error);
      response.destroy();
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, match: ReturnType<typeof router>, options: ApiOptions): Promise<void> {
  let reply: Reply;
  try {
    reply = await dispatch(request, match, options);
  } catch (error) {
    if (!(error instanceof ApiError)) console.error("api: internal error", request.method, request.url, error);
    const known = error instanceof ApiError ? error : new ApiError(500, 10013, "An unknown error has occurred.");
    return send(response, known.status, { success: false, errors: [{ code: known.code, message: known.message, ...(known.meta === undefined ? {} : { meta: known.meta }) }], messages: [], result: null });
  }
  if (reply.kind === "raw") {
    response.writeHead(reply.status, { ...reply.headers });
    response.end(reply.body);
    return;
  }
  const messages: readonly ApiMessage[] = reply.messages ?? [];
  send(response, reply.status, { success: reply.status < 400, errors: [], messages, result: reply.result, ...(reply.resultInfo === undefined ? {} : { result_info: reply.resultInfo }) });
}

async function dispatch(request: IncomingMessage, match: ReturnType<typeof router>, options: ApiOptions): Promise<Reply> {
  requireLoopbackHost(request.headers.host);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const path = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) : url.pathname;
  const found = match(request.method ?? "GET", path);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (found === undefined || (found.route.auth ?? "token") === "token") {
    const token = options.findToken(bearer);
    if (token === undefined) throw new ApiError(bearer === "" ? 400 : 401, bearer === "" ? 9106 : 10000, bearer === "" ? "Missing X-Auth-Key, X-Auth-Email or Authorization headers" : "Authentication error");
    if (found === undefined) throw new ApiError(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
    if (!allows(token, found.route.permission))
      throw new ApiError(403, 10000, `Authentication error: the API token does not have the required permission "${found.route.permission}"`);
  }
  return found.route.handle(apiRequest(request, url, found.params, bearer, options.accounts), options.world);
}

/** A page in a browser can make any name point here; only names that mean this machine are answered. */
function requireLoopbackHost(host: string | undefined): void {
  const name = (host ?? "").replace(/:\d+$/, "");
  if (["127.0.0.1", "localhost", "[::1]"].includes(name)) return;
  throw new ApiError(403, 9109, `The Host header must name this machine (127.0.0.1 or localhost), got ${JSON.stringify(host ?? "")}`);
}

function apiRequest(request: IncomingMessage, url: URL, params: Readonly<Record<string, string>>, bearer: string, accounts: () => readonly Account[]): ApiRequest {
  const headers = new Headers(Object.entries(request.headers).flatMap(([k, v]): [string, string][] => (v === undefined ? [] : [[k, Array.isArray(v) ? v.join(", ") : v]])));
  let body: Promise<Uint8Array> | undefined;
  const bytes = (): Promise<Uint8Array> => (body ??= readAll(request));
  return {
    method: request.method ?? "GET",
    url,
    params,
    headers,
    bearer,
    bytes,
    get account(): Account {
      const found = accounts().find((a) => a.id === params["account"]);
      if (found === undefined) throw new ApiError(404, 7003, `Could not route to ${url.pathname}, perhaps your object identifier is invalid?`);
      return found;
    },
    json: async (schema) => parse(schema, Buffer.from(await bytes()).toString("utf8")),
    form: async () => {
      try {
        return await new Response(Buffer.from(await bytes()), { headers: { "content-type": headers.get("content-type") ?? "" } }).formData();
      } catch (error) {
        throw new ApiError(400, 10001, `Could not parse the multipart body: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function parse<T>(schema: ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, 6003, `Could not parse the request body as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return schema.parse(value);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new ApiError(400, 7400, `The request is malformed: ${error.issues.map((i) => `${i.path.join(".") || "body"}: ${i.message}`).join("; ")}`);
  }
}

async function readAll(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maximumBodyBytes) throw new ApiError(413, 7009, `The request body is larger than ${maximumBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
