import { AsyncLocalStorage } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
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
