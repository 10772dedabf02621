import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupFor } from "../../../src/permissions/groups.ts";
import { d1 } from "../../api/d1/d1.ts";
import { apiServer } from "../../api/http/server.ts";
import { ok, type Service } from "../../api/http/service.ts";
import type { Token } from "../../api/http/tokens.ts";
import { kv } from "../../api/kv/kv.ts";
import { queueMessages } from "../../api/queues/messages.ts";
import { queues as queueApi } from "../../api/queues/queues.ts";
import { r2 } from "../../api/r2/r2.ts";
import { vectorize } from "../../api/vectorize/vectorize.ts";
import { logInternalErrors } from "../../internal-errors.ts";
import { openQueues } from "../../runtime/queues/broker.ts";
import { startStores } from "../../runtime/stores/start.ts";
import type { Stores } from "../../runtime/stores.ts";
import { openVectors } from "../../runtime/vectors/engine.ts";
import { openState } from "../../state.ts";
import { subjectOf } from "../../subject.ts";
import type { World } from "../../world.ts";

/** The API of the stores alone, on a temporary folder: D1, R2, KV, Vectorize and queues without consumers as they are, nothing of Workers. */
export interface StoresApi {
  /** `http://127.0.0.1:<port>/client/v4/accounts/<account>`. */
  readonly base: string;
  readonly origin: string;
  readonly account: string;
  readonly token: string;
  /** A token that may only read. */
  readonly reader: string;
  readonly dataDir: string;
  readonly stores: Stores;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** `removeData: false` keeps the folder, for another start on it. */
  readonly close: (options?: { readonly removeData: boolean }) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The envelope, when the answer is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

/** There is nothing of Workers here, and whoever asks for their names hears so: a drill looks for what earlier ones left. */
const noWorkers: Service = {
  name: "no workers",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts",
      permission: "Workers:Metadata Read-Only",
      handle: () => ok([]),
    },
  ],
};

const account = "0123456789abcdef0123456789abcdef";
const token = "test-token-00000000000000000000000000000000";

const reader = "test-reader-0000000000000000000000000000000";
const common = { id: "0".repeat(32), name: "test" };
const reads = (["D1:Read", "Workers KV Storage:Read", "Workers R2 Storage:Read"] as const).map((permission) =>
  groupFor(permission),
);
const tokens = new Map<string, Token>([
  [token, { ...common, grants: "all" }],
  [reader, { ...common, grants: [{ groups: reads, on: [{ scope: "account", account: "all" }] }] }],
]);

export async function startStoresApi(
  dataDir = mkdtempSync(join(tmpdir(), "lockstep-stores-")),
): Promise<StoresApi> {
  const state = openState(join(dataDir, "state.sqlite"));
  const stores = await startStores({ dataDir, log: logInternalErrors });
  const absent = (part: string): never => {
    throw new Error(`${part} is not part of this test`);
  };
  const queues = openQueues({ state, log: logInternalErrors });
  let origin = "";
  const world: World = {
    state,
    stores,
    dataDir,
    log: logInternalErrors,
    origin: () => origin,
    get compute() {
      return absent("compute");
    },
    queues,
    vectors: openVectors({ state }),
    get gateways() {
      return absent("gateways");
    },
    get analytics() {
      return absent("analytics");
    },
    get emails() {
      return absent("emails");
    },
    get ai() {
      return absent("ai");
    },
  };
  const server = apiServer({
    services: [d1, r2, kv, vectorize, queueApi, queueMessages, noWorkers],
    world,
    accounts: () => [{ id: account, name: "dev" }],
    findToken: (value) => tokens.get(value),
    subjectOf: (params, headers) => subjectOf(state, params, headers),
    upgrade: (_request, socket) => void socket.destroy(),
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(portOf(server.address())));
  });
  origin = `http://127.0.0.1:${port}`;
  const base = `${origin}/client/v4/accounts/${account}`;
  return {
    base,
    origin,
    account,
    token,
    reader,
    dataDir,
    stores,
    async call(method, path, body, headers = {}) {
      const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof FormData;
      const response = await fetch(path.startsWith("http") ? path : base + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && !raw ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson =
        response.headers.get("content-type")?.startsWith("application/json") === true && text.startsWith("{");
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      };
    },
    async close({ removeData } = { removeData: true }) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await queues.close();
      await stores.close();
      state.close();
      if (removeData) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
