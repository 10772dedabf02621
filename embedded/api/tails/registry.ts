import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { World } from "../../world.ts";
import { ApiError } from "../http/service.ts";
import type { Worker } from "../workers/model.ts";
import { scriptName } from "../workers/version/spec.ts";
import { passes, tailEvent } from "./event.ts";
import type { Filter } from "./filter.ts";
import { acceptWebSocket, refuseUpgrade, type Sender } from "./web-socket.ts";

/** One listener to a script's invocations. Its address is the secret that opens it. */
export interface Tail {
  readonly id: string;
  readonly url: string;
  readonly workerId: string;
  readonly expiresAtMs: number;
}

export interface Tails {
  /** Throws 10057 when the script has as many as Cloudflare allows. */
  create(worker: Worker, filters: readonly Filter[]): Tail;
  list(worker: Worker): readonly Tail[];
  remove(worker: Worker, id: string): boolean;
  /** Opens the WebSocket of the tail that the address names. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all of them. */
  close(): void;
}

interface Open extends Tail {
  readonly senders: Set<Sender>;
  readonly end: () => void;
}

/** As on Cloudflare: six hours, ten for a script, one protocol. */
const lifeMs = 6 * 60 * 60 * 1000;
const maximumForOne = 10;
const protocol = "trace-v1";

/** A tail that nobody connects to is forgotten after this long, so that its script is not watched for nothing. */
const unusedMs = 60_000;

const tailPath = "/tails/";

const known = new WeakMap<World, Tails>();

/** The tails of this embedded Cloudflare: they live as long as its process. */
export function tailsOf(world: World): Tails {
  const found = known.get(world);
  if (found !== undefined) return found;
  const made = openTails(world);
  known.set(world, made);
  return made;
}

function openTails(world: World): Tails {
  const all = new Map<string, Open>();
  const forget = (tail: Open, code: number): void => {
    if (!all.delete(tail.id)) return;
    tail.end();
    for (const sender of tail.senders) sender.close(code);
  };
  const of = (worker: Worker): Open[] => [...all.values()].filter(({ workerId }) => workerId === worker.id);

  return {
    create(worker, filters) {
      if (of(worker).length >= maximumForOne)
        throw new ApiError(400, 10057, `A Worker has at most ${maximumForOne} tails at a time.`);
      const name = scriptName(world, worker);
      const id = randomBytes(16).toString("hex");
      const senders = new Set<Sender>();
      const stop = world.compute.watch(name, (trace) => {
        const event = tailEvent(name.script, trace);
        if (!passes(event, filters)) return;
        const text = JSON.stringify(event);
        for (const sender of senders) sender.send(text);
      });
      const expiry = setTimeout(() => forget(tail, 1000), lifeMs).unref();
      const unused = setTimeout(() => {
        if (senders.size === 0) forget(tail, 1000);
      }, unusedMs).unref();
      const tail: Open = {
        id,
        url: `${world.origin().replace("http:", "ws:")}${tailPath}${id}`,
        workerId: worker.id,
        expiresAtMs: Date.now() + lifeMs,
        senders,
        end: () => {
          stop();
          clearTimeout(expiry);
          clearTimeout(unused);
        },
      };
      all.set(id, tail);
      return tail;
    },
    list: of,
    remove(worker, id) {
      const found = of(worker).find((tail) => tail.id === id);
      if (found !== undefined) forget(found, 1000);
      return found !== undefined;
    },
    upgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      const path = (request.url ?? "").split("?")[0] ?? "";
      const tail = path.startsWith(tailPath) ? all.get(path.slice(tailPath.length)) : undefined;
      const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
      if (tail === undefined) return refuseUpgrade(socket, "404 Not Found");
      if (!offered.includes(protocol)) return refuseUpgrade(socket, "400 Bad Request");
      const sender = acceptWebSocket(request, socket, head, {
        protocol,
        onClose: () => {
          if (sender !== undefined) tail.senders.delete(sender);
          if (tail.senders.size === 0) forget(tail, 1000);
        },
      });
      if (sender !== undefined) tail.senders.add(sender);
    },
    close() {
      for (const tail of [...all.values()]) forget(tail, 1001);
    },
  };
}

/** A tail as the API shows it. */
export const shownTail = ({ id, url, expiresAtMs }: Tail): object => ({
  id,
  url,
  expires_at: new Date(expiresAtMs).toISOString(),
});
