import { randomUUID } from "node:crypto";
import { z } from "zod";
import { call } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { levelOf, printable } from "../tail/event.ts";
import type { Entry, Wanted } from "./entry.ts";
import { withoutSecrets } from "./mask.ts";

/** A worker by its name in the declaration and at Cloudflare. */
export interface NamedWorker {
  readonly name: string;
  readonly script: string;
}

/** Cloudflare gives at most 2,000 events a page. */
const perPage = 1_000;
/** More than somebody reads; the newest are kept. */
const most = 10_000;

export interface Past {
  /** The oldest first. */
  readonly entries: readonly Entry[];
  /** Whether older ones were left out. */
  readonly isCut: boolean;
}

/**
 * What Workers Observability has of a time: invocations and what they said.
 *
 * Source: Cloudflare's API, `POST /accounts/{account_id}/workers/observability/telemetry/query`.
 */
export async function past(
  api: Connection,
  accountId: string,
  workers: readonly NamedWorker[],
  wanted: Wanted,
  time: { readonly fromMs: number; readonly toMs: number },
): Promise<Past> {
  const found: Entry[] = [];
  const nameOf = new Map(workers.map(({ name, script }) => [script, name]));
  const queryId = randomUUID();
  for (let offset: string | undefined; ; ) {
    const answer = await call(api, "POST", `/accounts/${accountId}/workers/observability/telemetry/query`, {
      queryId,
      dry: true,
      view: "events",
      limit: perPage,
      timeframe: { from: time.fromMs, to: time.toMs },
      parameters: {
        filterCombination: "and",
        filters: [ofWorkers(workers), ...(wanted.errors ? [failures] : [])],
        ...(wanted.search !== undefined && {
          needle: { value: wanted.search, isRegex: false, matchCase: false },
        }),
      },
      ...(offset !== undefined && { offset }),
    });
    const events = page.parse(answer).events?.events ?? [];
    found.push(...events.flatMap((each) => entryOf(each, nameOf)));
    offset = events.at(-1)?.$metadata.id;
    const isLast = events.length < perPage || offset === undefined;
    if (isLast || found.length >= most)
      return { entries: found.toSorted((a, b) => a.atMs - b.atMs), isCut: !isLast };
  }
}

const equals = (key: string, value: string): object => ({ key, operation: "eq", type: "string", value });

const ofWorkers = (workers: readonly NamedWorker[]): object => ({
  kind: "group",
  filterCombination: "or",
  filters: workers.map(({ script }) => equals("$metadata.service", script)),
});

const failures = {
  kind: "group",
  filterCombination: "or",
  filters: [
    equals("$metadata.level", "error"),
    { key: "$workers.event.response.status", operation: "gte", type: "number", value: 500 },
  ],
};

const text = z.string().optional().catch(undefined);
const event = z.looseObject({
  timestamp: z.number(),
  source: z.unknown(),
  $metadata: z.looseObject({
    id: z.string(),
    service: text,
    type: text,
    level: text,
    message: text,
    trigger: text,
    error: text,
  }),
  $workers: z
    .looseObject({
      scriptName: text,
      outcome: text,
      scriptVersion: z.looseObject({ id: text }).optional().catch(undefined),
      event: z
        .looseObject({
          response: z.looseObject({ status: z.number() }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const page = z.looseObject({ events: z.looseObject({ events: z.array(event).default([]) }).nullish() });

function entryOf(
  { timestamp: atMs, source, $metadata: about, $workers: run }: z.infer<typeof event>,
  nameOf: ReadonlyMap<string, string>,
): readonly Entry[] {
  const script = about.service ?? run?.scriptName ?? "";
  const worker = nameOf.get(script) ?? script;
  const version = run?.scriptVersion?.id;
  const isInvocation = about.type === "cf-worker-event";
  const status = run?.event?.response?.status;
  const outcome = run?.outcome;
  const failed = outcome !== undefined && outcome !== "ok" && outcome !== "canceled";
  const said = isInvocation
    ? `${about.trigger ?? about.message ?? "ran"}${status === undefined ? "" : ` ${status}`}${failed ? ` ${outcome}` : ""}`
    : (about.message ?? about.error ?? JSON.stringify(source));
  const level = isInvocation && (failed || (status ?? 0) >= 500) ? "error" : levelOf(about.level ?? "log");
  const kind = isInvocation ? "invocation" : "line";
  return [{ atMs, worker, kind, level, text: withoutSecrets(printable(said)), version }];
}
