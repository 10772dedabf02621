import { z } from "zod";
import type { Trace } from "../../runtime/compute.ts";
import type { Filter } from "./filter.ts";

const text = z.string().catch("");
const request = z.looseObject({ method: text, url: text, headers: z.record(z.string(), text).catch({}) });
const shape = z.looseObject({
  outcome: z.string().catch("unknown"),
  event: z.looseObject({ request: request.optional() }).nullish(),
  logs: z.array(z.looseObject({ message: z.unknown() })).catch([]),
  exceptions: z.array(z.looseObject({})).catch([]),
});

/** What a tail is told of one invocation. */
export type TailEvent = z.infer<typeof shape>;

/** workerd's own words with Cloudflare's names for script and version, and without our paths in stacks. */
export function tailEvent(script: string, { version, item }: Trace): TailEvent {
  const event = shape.parse(item);
  const exceptions = event.exceptions.map((exception) => {
    const stack = exception["stack"];
    return typeof stack === "string" ? { ...exception, stack: stack.replaceAll("file:///", "") } : exception;
  });
  return { ...event, exceptions, scriptName: script, scriptVersion: { id: version } };
}

/** Whether every filter lets the event through. */
export const passes = (event: TailEvent, filters: readonly Filter[]): boolean =>
  filters.every((filter) => passesOne(event, filter));

function passesOne(event: TailEvent, filter: Filter): boolean {
  const { sampling_rate, outcome, method, header, client_ip, query, scriptVersion } = filter;
  const asked = event.event?.request;
  const heading = (name: string): string | undefined =>
    Object.entries(asked?.headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const addresses = client_ip?.map((address) => (address === "self" ? "127.0.0.1" : address));
  return (
    (sampling_rate === undefined || Math.random() < sampling_rate) &&
    (outcome === undefined || outcome.includes(event.outcome)) &&
    (method === undefined || method.some((one) => one.toUpperCase() === asked?.method)) &&
    (header === undefined || heading(header.key)?.includes(header.query ?? "") === true) &&
    (addresses === undefined || addresses.includes(heading("cf-connecting-ip") ?? "")) &&
    (query === undefined || event.logs.some(({ message }) => JSON.stringify(message).includes(query))) &&
    (scriptVersion === undefined ||
      z.object({ id: z.string() }).safeParse(event["scriptVersion"]).data?.id === scriptVersion)
  );
}
