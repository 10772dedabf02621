import type { World } from "../../world.ts";
import { listWorkers } from "../workers/registry.ts";
import { openInvocations, type StoredInvocation } from "./invocations.ts";
import { openLogLines, type StoredLine } from "./log-lines.ts";

/** One event of Workers Observability: a finished invocation (`$metadata.type` is `cf-worker-event`) or a line of a console (`cf-worker`). */
export interface TelemetryEvent {
  readonly dataset: "cloudflare-workers";
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly source: Readonly<Record<string, unknown>>;
  readonly $metadata: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly $workers: Readonly<Record<string, unknown>>;
}

export interface Weighed {
  readonly event: TelemetryEvent;
  /** How many events it stands for. */
  readonly weight: number;
}

/** What the account's Workers did, as far as their observability is enabled; the newest first. */
export function eventsBetween(
  world: Pick<World, "state">,
  account: string,
  fromMs: number,
  toMs: number,
): readonly Weighed[] {
  const observed = new Set(
    listWorkers(world.state, account)
      .filter(({ observability }) => observability["enabled"] === true)
      .map(({ name }) => name),
  );
  const invocations = openInvocations(world.state).between(account, fromMs, toMs);
  const lines = openLogLines(world.state).between(account, fromMs, toMs);
  return [
    ...invocations
      .filter(({ script }) => observed.has(script))
      .map((each) => ({ event: invocationEvent(each), weight: each.weight })),
    ...lines
      .filter(({ script }) => observed.has(script))
      .map((line) => ({ event: lineEvent(line), weight: 1 })),
  ].sort(
    (a, b) => b.event.timestamp - a.event.timestamp || (a.event.$metadata.id < b.event.$metadata.id ? 1 : -1),
  );
}

const idOf = (prefix: string, id: number): string => `${prefix}-${String(id).padStart(12, "0")}`;
const ofVersion = (version: string): object => (version === "" ? {} : { scriptVersion: { id: version } });

function invocationEvent(of: StoredInvocation): TelemetryEvent {
  const { id, script, version, atMs, wallMs, status, exception, event, trigger } = of;
  const isRequest = event === "fetch" || event === "websocket";
  const [, method, path] = /^(\S+) (.*)$/.exec(trigger) ?? [];
  return {
    dataset: "cloudflare-workers",
    timestamp: atMs,
    source: {},
    $metadata: {
      id: idOf("invocation", id),
      requestId: idOf("request", id),
      service: script,
      type: "cf-worker-event",
      trigger,
      message: trigger,
      level: exception ? "error" : "info",
      ...(isRequest && { statusCode: status }),
    },
    $workers: {
      scriptName: script,
      ...ofVersion(version),
      eventType: event,
      outcome: exception ? "exception" : "ok",
      wallTimeMs: wallMs,
      executionModel: "stateless",
      ...(isRequest && { event: { request: { method, path }, response: { status } } }),
    },
  };
}

const lineEvent = ({ id, script, version, stream, text, atMs }: StoredLine): TelemetryEvent => ({
  dataset: "cloudflare-workers",
  timestamp: atMs,
  source: { message: text },
  $metadata: {
    id: idOf("line", id),
    service: script,
    type: "cf-worker",
    message: text,
    level: stream === "stderr" ? "error" : "info",
  },
  $workers: { scriptName: script, ...ofVersion(version), eventType: "unknown" },
});
