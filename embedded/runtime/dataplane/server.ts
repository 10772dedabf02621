import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AiPlane, handleAiRequest } from "../ai/http.ts";
import type { AiBackend } from "../ai.ts";
import type { AiGateways } from "../ai-gateway.ts";
import type { Analytics } from "../analytics.ts";
import { isDoorKey, keyHeader, newDoorKey } from "../door-key.ts";
import type { Emails } from "../emails.ts";
import type { QueueBroker } from "../queues.ts";
import type { RateLimits } from "../rate-limits/rate-limits.ts";
import type { VectorEngine } from "../vectors.ts";

export interface DataPlaneOptions {
  readonly queues: QueueBroker;
  readonly vectors: VectorEngine;
  readonly ai: AiBackend;
  readonly rateLimits: RateLimits;
  readonly analytics: Analytics;
  readonly emails: Emails;
  /** A secret of a Secrets Store, by `<account>/<store>/<name>`; undefined when it is gone. */
  readonly secretValue: (id: string) => string | undefined;
  readonly log: (line: string) => void;
  /** @default no account has one */
  readonly gateways?: AiGateways;
}

export interface DataPlane {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** What the address wants in the header {@link keyHeader}. */
  readonly key: string;
  close(): Promise<void>;
}

/** The stores that live in this process and not in the stores process: cells reach them with `x-lockstep-store: QUEUE|VECTORIZE|AI|RATELIMIT|ANALYTICS|EMAIL|SECRET/<id>`. */
export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { ai, vectors, gateways } = options;
  const aiPlane: AiPlane = { ai, vectors, gateways };
  const key = newDoorKey();
  const server = createServer((request, response) => {
    if (!isDoorKey(request.headers[keyHeader], key))
      return refuse(response, 403, "the data plane's key is wanted");
    delete request.headers[keyHeader]; // what handles the request may pass its headers on
    dispatch(options, aiPlane, request, response).catch((error: unknown) => {
      // A worker that went away in the middle of a request is not worth a line.
      if (request.destroyed && !request.complete) return;
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      options.log(
        `data plane: ${request.method} ${request.url} (${request.headers["x-lockstep-store"]}): ${cause}`,
      );
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.statusMessage = "";
      refuse(response, 500, "internal error of the embedded Cloudflare; its log has the cause");
    });
  });
  // Cells keep connections open for as long as they live.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the data plane has no port");
  return {
    address: `127.0.0.1:${address.port}`,
    key,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function dispatch(
  options: DataPlaneOptions,
  aiPlane: AiPlane,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const header = String(request.headers["x-lockstep-store"] ?? "");
  const slash = header.indexOf("/");
  const kind = header.slice(0, slash);
  const id = header.slice(slash + 1);
  if (slash < 1 || id === "")
    return refuse(
      response,
      400,
      `the header x-lockstep-store must be QUEUE/<id>, VECTORIZE/<id> or AI/<id>, got ${JSON.stringify(header)}`,
    );
  switch (kind) {
    case "QUEUE":
      return options.queues.handle(id, request, response);
    case "VECTORIZE":
      return options.vectors.handle(id, request, response);
    case "RATELIMIT":
      return options.rateLimits.handle(id, request, response);
    case "ANALYTICS":
      return options.analytics.handle(id, request, response);
    case "EMAIL":
      return options.emails.handle(id, request, response);
    case "SECRET": {
      const value = options.secretValue(id);
      response.writeHead(value === undefined ? 404 : 200, { "content-type": "text/plain" }).end(value);
      return;
    }
    case "AI":
      return handleAiRequest(aiPlane, id, request, response);
    default:
      return refuse(
        response,
        400,
        `the data plane has no ${JSON.stringify(kind)}; it has QUEUE, VECTORIZE, AI, RATELIMIT, ANALYTICS, EMAIL and SECRET`,
      );
  }
}

/** Readable for each of the three bindings: Vectorize reads `error`, AI reads `errors`, a queue only the status. */
function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ code: status, error: message, errors: [{ code: status, message }] }));
}
