import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, type Request, Response } from "miniflare";
import { isDoorKey, keyHeader, newDoorKey } from "../door-key.ts";
import { makeMiniflare } from "../workerd/spawn.ts";
import { loopbackPorts, objectsKey, pluginBindings, portOf } from "../workerd/unsafe.ts";
import { tieWorkerdToThisProcess } from "../workerd/workerd-binary.ts";
import { type AnswerParts, askParts } from "./ask-parts.ts";
import { importKey, objectClass, type StoreKind } from "./object-file.ts";
import { send } from "./send.ts";

export type GateOrder =
  | { readonly op: "shut"; readonly id: string; readonly graceMs: number; readonly message?: string }
  | { readonly op: "open"; readonly id: string; readonly object: string; readonly gone: boolean }
  | { readonly op: "remove"; readonly kind: "KV" | "R2"; readonly id: string }
  | { readonly op: "flush" }
  | { readonly op: "version"; readonly id: string };

/** The running process: one workerd with Miniflare's own objects behind the gate. */
export interface StoresProcess {
  /** `127.0.0.1:<port>`; the same after workerd was restarted. */
  readonly address: string;
  /** What the address wants in the header {@link keyHeader}. */
  readonly key: string;
  /** To the object that holds a store, as a cell's binding would ask it. */
  readonly ask: (kind: StoreKind, id: string, question: Question) => Promise<globalThis.Response>;
  /** SQL to the object that holds a database: a request and its answer in JSON, of which nobody wants a copy more than there has to be. */
  readonly askDatabase: (id: string, question: DatabaseQuestion) => Promise<AnswerParts>;
  readonly steer: (order: GateOrder) => Promise<unknown>;
  /** Runs SQL on the copy that lies in {@link importFile}. */
  readonly ingest: (object: string, sql: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface Question {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Blob | string;
  /** Asked by whoever shut the database. */
  readonly inside?: boolean;
}

export interface DatabaseQuestion {
  readonly path: string;
  readonly body: string;
  readonly inside: boolean;
}

export interface GateQuestions {
  /** Which object holds the database now. */
  readonly database: (id: string) => { readonly object: string; readonly gone: boolean };
  /** Whether a KV namespace or a bucket was deleted. */
  readonly removed: (store: string) => boolean;
  readonly report: (body: unknown) => void;
  /** What happened to objects of a bucket. */
  readonly objectsChanged: (body: unknown) => void;
}

/** Starts it; `questions` are what the gate asks Node. */
export async function startStoresProcess(
  root: string,
  questions: GateQuestions,
  log: (line: string) => void,
): Promise<StoresProcess> {
  tieWorkerdToThisProcess();
  const [secret, key] = [newDoorKey(), newDoorKey()];
  const source = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
  const plugin = { package: fileURLToPath(new URL("namespaces.cjs", import.meta.url)), name: "namespaces" };
  const miniflare = makeMiniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE), // it would print to standard output; what objects refuse comes back as an answer
    defaultPersistRoot: root,
    handleRuntimeStdio(out: Readable, err: Readable) {
      out.on("data", (chunk: Buffer) => log(`stores: ${chunk.toString().trimEnd()}`));
      err.on("data", (chunk: Buffer) => log(`stores: ${chunk.toString().trimEnd()}`));
    },
    workers: [
      {
        name: "gate",
        modules: [
          { type: "ESModule", path: "gate.js", contents: source("gate.js") },
          { type: "ESModule", path: "d1/normalise-sql.js", contents: source("d1/normalise-sql.js") },
          { type: "ESModule", path: "gate-events.js", contents: source("gate-events.js") },
        ],
        compatibilityDate: "2026-06-01",
        compatibilityFlags: ["experimental"], // for the same `ingest` that D1 imports with
        durableObjects: {
          IMPORT: { className: "ImportObject", useSQLite: true, ...objectsKey(importKey) },
        },
        bindings: { SECRET: secret, KEY: key },
        // Only so that Miniflare starts the three kinds of object at all.
        kvNamespaces: { unusedKv: "lockstep-seed" },
        r2Buckets: { unusedR2: "lockstep-seed" },
        d1Databases: { unusedD1: "lockstep-seed" },
        ...pluginBindings(
          Object.entries(objectClass).map(([name, { serviceName, className }]) => ({
            name,
            type: "namespace",
            plugin,
            options: { serviceName, className },
          })),
        ),
        serviceBindings: {
          NODE: async (request: Request) =>
            isDoorKey(request.headers.get(keyHeader) ?? undefined, key)
              ? answer(new URL(request.url).pathname, await request.text(), questions)
              : new Response("the gate alone asks here", { status: 403 }),
        },
        ...loopbackPorts("default"),
      },
    ],
  });
  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {}); // says the same again
    throw error;
  }
  const origin = (await portOf(miniflare, "gate")).origin;
  const steer = async (order: object, body = ""): Promise<unknown> => {
    const headers = {
      [keyHeader]: key,
      "x-lockstep-control": secret,
      "x-lockstep-order": JSON.stringify(order),
    };
    const response = await send(origin, { method: "POST", headers, body });
    const text = await response.text();
    if (!response.ok)
      throw new Error(
        `stores: the gate answered ${response.status} to ${JSON.stringify(order)}: ${text.slice(0, 500)}`,
      );
    return JSON.parse(text);
  };
  const addressed = (store: string, inside: boolean): Readonly<Record<string, string>> => ({
    [keyHeader]: key,
    "x-lockstep-store": store,
    ...(inside ? { "x-lockstep-control": secret } : {}),
  });
  return {
    address: origin.slice("http://".length),
    key,
    askDatabase: (id, { path, body, inside }) =>
      askParts(
        `${origin}${path}`,
        { "content-type": "application/json", ...addressed(`D1/${id}`, inside) },
        body,
      ),
    ask: (kind, id, { path, method, headers = {}, body, inside = false }) =>
      send(`${origin}${path}`, {
        headers: { ...headers, ...addressed(`${kind}/${id}`, inside) },
        ...(method !== undefined && { method }),
        ...(body !== undefined && { body }),
      }),
    steer: (order) => steer(order),
    ingest: (object, sql) => steer({ op: "ingest", object }, sql),
    close: () => miniflare.dispose(),
  };
}

function answer(path: string, body: string, questions: GateQuestions): Response {
  const id = /^\/database\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return Response.json(questions.database(decodeURIComponent(id)));
  const store = /^\/removed\/(.+)$/.exec(path)?.[1];
  if (store !== undefined) return Response.json({ removed: questions.removed(decodeURIComponent(store)) });
  if (path === "/report") {
    questions.report(JSON.parse(body));
    return Response.json({});
  }
  if (path === "/r2-events") {
    questions.objectsChanged(JSON.parse(body));
    return Response.json({});
  }
  return new Response(`unknown question ${path}`, { status: 404 });
}
