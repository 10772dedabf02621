import { z } from "zod";
import type { Worker } from "./model.ts";

const record = z.record(z.string(), z.unknown());

/** Settings of a script that are not versioned; `null` takes one back. */
export const scriptMembers = z.looseObject({
  logpush: z.boolean().nullish(),
  observability: record.nullish(),
  tags: z.array(z.string()).nullish(),
  tail_consumers: z.array(record).nullish(),
});
export type ScriptMembers = z.infer<typeof scriptMembers>;

/** What of a Worker the members change; what was not sent stays. */
export function scriptSettingsOf(sent: Readonly<Record<string, unknown>>): Partial<Worker> {
  const { logpush, observability, tags, tail_consumers } = scriptMembers.parse(sent);
  return {
    ...(logpush === undefined ? {} : { logpush: logpush ?? false }),
    ...(observability === undefined ? {} : { observability: observability ?? { enabled: false } }),
    ...(tags === undefined ? {} : { tags: tags ?? [] }),
    ...(tail_consumers === undefined ? {} : { tailConsumers: tail_consumers ?? [] }),
  };
}
