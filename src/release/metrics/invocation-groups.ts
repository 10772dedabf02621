import { z } from "zod";
import type { Connection } from "../../cloudflare/connection.ts";
import { accountAnalytics } from "../../cloudflare/graphql.ts";

/** The invocations of a worker in a time. */
export interface Invocations {
  /** Its name at Cloudflare. */
  readonly script: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What the account's analytics tell of a worker's invocations, by the dimensions that are asked for. Throws ApiError.
 * @param asked `fields` of a group, in GraphQL, and what one has to look like
 */
export async function invocationGroups<Group extends z.ZodType>(
  api: Connection,
  accountId: string,
  { script, fromMs, toMs }: Invocations,
  asked: { readonly limit: number; readonly fields: string; readonly group: Group },
): Promise<readonly z.infer<Group>[]> {
  const found = await accountAnalytics(api, accountId, {
    fields: `workersInvocationsAdaptive(limit: ${asked.limit}, filter: $filter) {\n${asked.fields}\n}`,
    dataset: "WorkersInvocationsAdaptive",
    filter: {
      scriptName: script,
      datetime_geq: new Date(fromMs).toISOString(),
      datetime_leq: new Date(toMs).toISOString(),
    },
  });
  const shape = z.object({ workersInvocationsAdaptive: z.array(asked.group) });
  return shape.parse(found ?? { workersInvocationsAdaptive: [] }).workersInvocationsAdaptive;
}
