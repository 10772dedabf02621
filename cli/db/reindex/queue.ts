import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import { command } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Row } from "../../../src/reindex/select.ts";
import type { Site } from "../site.ts";

const listed = z.array(z.object({ queue_id: z.string(), queue_name: z.string() }));
const pageRows = 100;

/** The id of a queue by its name at Cloudflare. Throws where the stack has not made it. */
export async function queueId({ connection, accountId, stage }: Site, name: string): Promise<string> {
  for (let page = 1; ; page++) {
    const path = `/accounts/${accountId}/queues?page=${page}&per_page=${pageRows}`;
    const found = listed.parse(await call(connection, "GET", path));
    const id = found.find((each) => each.queue_name === name)?.queue_id;
    if (id !== undefined) return id;
    if (found.length < pageRows)
      throw new UserError({
        what: "The recipe's queue does not exist yet",
        where: `stage ${stage.name}`,
        got: `no queue named ${name}`,
        expected: "a queue that the stack has made",
        fix: [command("up", { stage: stage.name })],
      });
  }
}

export async function sendAll(site: Site, queue: string, messages: readonly Row[]): Promise<void> {
  await call(site.connection, "POST", `/accounts/${site.accountId}/queues/${queue}/messages/batch`, {
    messages: messages.map((body) => ({ body, content_type: "json" })),
  });
}

const metrics = z.object({ backlog_count: z.number() });

/** Messages that wait. */
export const backlog = async ({ connection, accountId }: Site, queue: string): Promise<number> =>
  metrics.parse(await call(connection, "GET", `/accounts/${accountId}/queues/${queue}/metrics`))
    .backlog_count;

const info = z.object({ vectorCount: z.number() });

/** Vectors that an index has. */
export const vectorCount = async ({ connection, accountId }: Site, index: string): Promise<number> =>
  info.parse(
    await call(
      connection,
      "GET",
      `/accounts/${accountId}/vectorize/v2/indexes/${encodeURIComponent(index)}/info`,
    ),
  ).vectorCount;
