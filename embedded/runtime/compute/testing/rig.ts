import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Compute,
  Invocation,
  LogLine,
  ResolvedBinding,
  ScriptName,
  VersionSpec,
} from "../../compute.ts";
import { startCompute } from "../start.ts";

/** What a test of the compute half needs: one in a folder of its own, and short ways to fill and ask it. */
export interface Rig {
  readonly compute: Compute;
  readonly dataDir: string;
  readonly logs: LogLine[];
  /** What the compute half said of itself. */
  readonly notes: string[];
  readonly invocations: Invocation[];
  /** What stores and data plane were asked: `<method> <path> <x-lockstep-store> <x-lockstep-caller>`. */
  readonly asked: string[];
  /** Deploys one version at 100 % and opens its host. */
  readonly deploy: (script: string, version: Partial<VersionSpec> & { readonly id: string }) => Promise<void>;
  readonly get: (script: string, path?: string, headers?: OutgoingHttpHeaders) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export const scriptName = (script: string): ScriptName => ({
  account: "0a".repeat(16),
  accountName: "Dev",
  script,
});

/** A version of one module, `index.js`. */
export function version(id: string, code: string, more: Partial<VersionSpec> = {}): VersionSpec {
  return {
    id,
    mainModule: "index.js",
    modules: [{ name: "index.js", type: "ESModule", contents: Buffer.from(code) }],
    compatibilityDate: "2026-06-01",
    compatibilityFlags: ["nodejs_compat"],
    bindings: [],
    objectClasses: [],
    assets: undefined,
    createdOn: new Date().toISOString(),
    ...more,
  };
}

export const service = (name: string, script: string, entrypoint?: string): ResolvedBinding => ({
  kind: "service",
  name,
  script,
  ...(entrypoint === undefined ? {} : { entrypoint }),
});

/** Each cell has a folder of its own while it runs. */
export const awakeCells = (rig: Rig): number =>
  readdirSync(join(rig.dataDir, "cells")).filter((name) => name !== "pids").length;

export async function startRig(
  options: {
    readonly dataDir?: string;
    readonly idleLimitMs?: number;
    readonly awakeLimit?: number;
    readonly cpuLimitMs?: number;
    readonly stores?: (request: IncomingMessage) => string;
  } = {},
): Promise<Rig> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "lockstep-compute-"));
  const asked: string[] = [];
  const stores = createServer((request, response) => {
    const { "x-lockstep-store": store, "x-lockstep-caller": caller } = request.headers;
    asked.push(`${request.method} ${request.url} ${store} ${caller}`);
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(options.stores?.(request) ?? "{}");
  });
  stores.listen(0, "127.0.0.1");
  await once(stores, "listening");
  const address = stores.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const storesAddress = `127.0.0.1:${address.port}`;
  const notes: string[] = [];
  const compute = await startCompute({
    ...(options.cpuLimitMs === undefined ? {} : { cpuLimitMs: options.cpuLimitMs }),
    ...(options.idleLimitMs === undefined ? {} : { idleLimitMs: options.idleLimitMs }),
    ...(options.awakeLimit === undefined ? {} : { awakeLimit: options.awakeLimit }),
    dataDir,
    storesAddress,
    storesKey: "of the stores",
    dataPlaneAddress: storesAddress,
    dataPlaneKey: "of the data plane",
    log: (line) => notes.push(line),
  });
  const logs: LogLine[] = [];
  const invocations: Invocation[] = [];
  compute.onLog((line) => logs.push(line));
  compute.onInvocation((invocation) => invocations.push(invocation));
  return {
    compute,
    dataDir,
    logs,
    notes,
    invocations,
    asked,
    deploy: async (script, given) => {
      await compute.deploy(scriptName(script), [
        { version: { ...version(given.id, ""), ...given }, percentage: 100 },
      ]);
      compute.setSubdomain(scriptName(script), true);
    },
    get: (script, path = "/", headers = {}) =>
      get(compute.frontPort, `${script}.dev.localhost`, path, headers),
    close: async () => {
      await compute.close();
      stores.close();
      stores.closeAllConnections();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Node's `fetch` resolves no `*.localhost`: the address and a Host header. */
export async function get(
  port: number,
  host: string,
  path = "/",
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    path,
    headers: { host: `${host}:${port}`, ...headers },
  });
  request.end();
  const [response]: IncomingMessage[] = await once(request, "response");
  if (response === undefined) throw new Error("no response");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
