import { AsyncLocalStorage } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";
import { Miniflare, type MiniflareOptions } from "miniflare";
import { UserError } from "../../../src/diagnostic/user-error.ts";

/** Set while a Miniflare of ours starts its process, and in everything that comes of it. */
const ours = new AsyncLocalStorage<true>();

// Miniflare waits for its workerd to take its configuration, to answer or to end. One that cannot be spawned does none of
// these, and the error that Node throws for want of a listener is lost: `ready` and `dispose()` would wait for ever.
subscribe("child_process", (message) => {
  if (ours.getStore() === undefined || !hasProcess(message)) return;
  const child = message.process;
  child.once("error", (failure) => {
    if (child.pid !== undefined) return; // it runs, and something else failed
    child.stdin?.emit("error", notSpawned(failure)); // it is destroyed already, so destroy(failure) would say nothing
    child.emit("exit", null, null);
  });
});

/** Where each of our Miniflares answers its own workerd. Everybody on this machine reaches it, and it asks nobody for a key. */
const loopbacks = new WeakSet<object>();

subscribe("tracing:net.server.listen:asyncStart", (message) => {
  if (ours.getStore() !== undefined && hasServer(message)) loopbacks.add(message.server);
});

// What a page in a browser or a Worker's `fetch` sends there is answered as if there was nothing: the one cannot leave out where it
// comes from, and of the other workerd says it.
subscribe("http.server.request.start", (message) => {
  if (!hasServer(message) || !loopbacks.has(message.server) || !hasRequest(message)) return;
  const { request } = message;
  if (!strangers.some((name) => request.headers[name] !== undefined)) return;
  request.url = "/";
  request.headers = { host: "localhost" };
});
const strangers = ["origin", "sec-fetch-site", "sec-fetch-mode", "cf-worker"] as const;

const hasServer = (message: unknown): message is { readonly server: object } =>
  typeof message === "object" &&
  message !== null &&
  "server" in message &&
  typeof message.server === "object" &&
  message.server !== null;

const hasRequest = (message: object): message is { readonly request: IncomingMessage } =>
  "request" in message && message.request instanceof IncomingMessage;

const hasProcess = (message: unknown): message is { readonly process: ChildProcess } =>
  typeof message === "object" &&
  message !== null &&
  "process" in message &&
  message.process instanceof ChildProcess;

/** Makes a Miniflare whose `ready` rejects with a {@link UserError} when its workerd cannot be spawned. */
export const makeMiniflare = (options: MiniflareOptions): Miniflare =>
  ours.run(true, () => new Miniflare(options));

const notSpawned = (failure: Error): UserError =>
  new UserError(
    {
      what: "workerd cannot be started",
      where: "path" in failure ? String(failure.path) : "the file that starts workerd",
      got: failure.message,
      expected: "a file that this system can run",
      fix: "install the packages again: npm ci",
    },
    { cause: failure },
  );
