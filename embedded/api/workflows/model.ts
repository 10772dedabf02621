import { z } from "zod";

const retention = z.union([z.number(), z.string()]).nullish();

/** What a client says of a Workflow. */
export const putSchema = z.looseObject({
  class_name: z.string().min(1),
  script_name: z.string().min(1),
  limits: z.object({ steps: z.number().int().positive().nullish() }).nullish(),
  schedules: z.array(z.object({ cron: z.string().min(1) })).nullish(),
  concurrency: z.object({ limit: z.number().int().positive().nullish() }).nullish(),
  default_retention: z.object({ error_retention: retention, success_retention: retention }).nullish(),
});
export type Put = z.infer<typeof putSchema>;

export const storedWorkflow = z.object({
  uuid: z.string(),
  versionId: z.string(),
  createdOn: z.string(),
  modifiedOn: z.string(),
  sent: putSchema,
});
