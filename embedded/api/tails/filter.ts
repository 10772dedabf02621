import { z } from "zod";

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
/** What has to hold of an invocation for it to be told: every entry of the list. */
export const filter = z.looseObject({
  sampling_rate: z.number().optional(),
  outcome: texts.optional(),
  method: texts.optional(),
  header: z.object({ key: z.string(), query: z.string().optional() }).optional(),
  client_ip: texts.optional(),
  query: z.string().optional(),
  scriptVersion: z.string().optional(),
});
export type Filter = z.infer<typeof filter>;
