import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What can go wrong with one request between a runner and D1. */
export type Fault =
  /** Delivered and answered. */
  | "none"
  /** Delivered, committed, and the connection is cut before the answer. */
  | "dropAnswer"
  /** Delivered twice; the first answer is given. */
  | "duplicate"
  /** The connection is cut, and the request is delivered later, when nobody waits for it. */
  | "late"
  /** Cut before anything was delivered. */
  | "reset"
  /** 429 with Retry-After, nothing delivered. */
  | "429"
  /** 500 without delivery. */
  | "500"
  /** 504 without delivery. */
  | "504"
  /** 504 after the request was carried out. */
  | "504AfterCommit"
  /** D1's transient text after the request was carried out. */
  | "transientAfterCommit"
  /** Carried out and answered as a success, with the last statement's result missing. */
  | "half"
  /** Carried out, and answered with a failure that names no error. */
  | "wordless"
  /** Cloudflare's answer to a route that it does not have; nothing delivered. */
  | "noRoute"
  /** Carried out, and answered as an import that is under way still. */
  | "stillActive"
  /** `/import` has forgotten what it did; nothing delivered. */
  | "notImporting";

export interface FaultProxy {
  /** Instead of the API's: `http://127.0.0.1:<port>/client/v4`. */
  readonly baseUrl: string;
  /** Delivers what is late, in order. */
  readonly deliverLate: () => Promise<void>;
  /** Cuts every connection, and waits for what was delivered already: nothing arrives after it. */
  readonly close: () => Promise<void>;
}

/** A proxy in front of the API that asks `decide` for each request what is to happen to it. `route`: `DELETE /client/v4/…`. */
export async function faultProxy(
  api: string,
  decide: (body: string, route: string) => Fault | Promise<Fault>,
): Promise<FaultProxy> {
  const upstream = new URL(api);
  const late: (() => Promise<unknown>)[] = [];
  const underway = new Set<Promise<unknown>>();
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytes(incoming);
    const deliver = async (): Promise<Delivered> => {
      const sent = forward(upstream, incoming, body);
      underway.add(sent);
      return sent.finally(() => underway.delete(sent));
    };
    const fault = await decide(body.toString("utf8"), `${incoming.method} ${incoming.url}`);
    switch (fault) {
      case "none":
        return answer(response, await deliver());
      case "dropAnswer":
        await deliver();
        return void response.destroy();
      case "duplicate": {
        const first = await deliver();
        await deliver();
        return answer(response, first);
      }
      case "late":
        late.push(deliver);
        return void response.destroy();
      case "reset":
        return void response.destroy();
      case "429":
        return answer(response, failure(429, 971, "rate limited", { "retry-after": "1" }));
      case "504AfterCommit":
        await deliver();
        return answer(response, failure(504, 7009, "Gateway timeout"));
      case "stillActive":
        return answer(response, active(await deliver()));
      case "notImporting":
        return answer(response, {
          status: 200,
          headers: json,
          body: '{"success":true,"errors":[],"result":{"success":false,"status":"error","error":"Not currently importing anything."}}',
        });
      case "noRoute":
        return answer(
          response,
          failure(404, 7003, "Could not route to that, perhaps your object identifier is invalid?"),
        );
      case "500":
        return answer(response, failure(500, 10000, "Internal server error"));
      case "504":
        return answer(response, failure(504, 7009, "Gateway timeout"));
      case "transientAfterCommit":
        await deliver();
        return answer(response, failure(500, 7500, "Network connection lost."));
      case "half":
        return answer(response, halved(await deliver()));
      case "wordless":
        await deliver();
        return answer(response, { status: 200, headers: json, body: '{"success":false,"errors":[]}' });
      default:
        fault satisfies never;
    }
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = address(server.address());
  return {
    baseUrl: `http://127.0.0.1:${port}${upstream.pathname}`,
    deliverLate: async () => {
      for (const deliver of late.splice(0)) await deliver();
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await Promise.allSettled(underway);
    },
  };
}

interface Delivered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = { "content-type": "application/json" };

function halved(whole: Delivered): Delivered {
  const envelope: { success: boolean; result?: unknown } = JSON.parse(whole.body);
  if (!envelope.success || !Array.isArray(envelope.result)) return whole;
  return { ...whole, body: JSON.stringify({ ...envelope, result: envelope.result.slice(0, -1) }) };
}

function active(whole: Delivered): Delivered {
  const { result } = JSON.parse(whole.body);
  const state = { success: true, status: "active", at_bookmark: result.at_bookmark };
  return { ...whole, status: 202, body: JSON.stringify({ success: true, errors: [], result: state }) };
}

const failure = (
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Delivered => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify({ success: false, result: [], errors: [{ code, message }], messages: [] }),
});

function answer(response: ServerResponse, delivered: Delivered): void {
  response.writeHead(delivered.status, delivered.headers);
  response.end(delivered.body);
}

/** What is between two ends of one connection, or would make the answer unreadable here. */
const ofTheConnection: ReadonlySet<string> = new Set(["accept-encoding", "connection", "transfer-encoding"]);

const forward = (upstream: URL, incoming: IncomingMessage, body: Buffer): Promise<Delivered> =>
  new Promise((resolve, reject) => {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !ofTheConnection.has(name)),
    );
    const sent = request(
      {
        host: upstream.hostname,
        port: upstream.port,
        path: incoming.url,
        method: incoming.method,
        headers: { ...headers, host: upstream.host, "content-length": body.length },
      },
      (response) => {
        text(response).then(
          (body) =>
            resolve({
              status: response.statusCode ?? 0,
              headers: json,
              body,
            }),
          reject,
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });

const text = async (stream: IncomingMessage): Promise<string> => (await bytes(stream)).toString("utf8");

async function bytes(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function address(value: AddressInfo | string | null): AddressInfo {
  if (value === null || typeof value === "string") throw new Error("the proxy has no port");
  return value;
}
