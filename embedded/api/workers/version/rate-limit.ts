import { z } from "zod";
import type { Binding } from "../model.ts";

const simple = z.object({
  limit: z.number().positive(),
  period: z.union([z.literal(10), z.literal(60)]),
  mitigation_timeout: z.number().int().nonnegative().nullish(),
});

/** What is wrong with a rate limit; undefined when nothing is. */
export function wrongRateLimit({ namespace_id: id, simple: sent }: Binding): string | undefined {
  if (!/^[1-9]\d*$/.test(String(id))) return "must have a `namespace_id` that is a positive whole number";
  const read = simple.safeParse(sent);
  if (!read.success) return "must have a `simple` with a `limit` above 0 and a `period` of 10 or 60 seconds";
  const { period, mitigation_timeout: timeout } = read.data;
  const fits =
    timeout == null ||
    timeout === 0 ||
    (timeout >= period && (timeout === 10 || (timeout % 60 === 0 && timeout <= 86_400)));
  return fits
    ? undefined
    : "must have a `mitigation_timeout` of 0, 10 or a multiple of 60 up to 86400, not less than the period";
}

/** The settings of a rate limit; well-formedness was checked before. */
export function rateLimitOf(binding: Binding) {
  const { mitigation_timeout, ...settings } = simple.parse(binding["simple"]);
  return { ...settings, ...(mitigation_timeout != null && { mitigation_timeout }) };
}
