import type { DomeApiEnv, NewContent } from "../../../src/systems/dome.ts";
import { log } from "../log.ts";

/** Where they are kept in dome-raw: a queue drops what nobody acknowledges, a bucket does not. */
const folder = "dead-letters/";

/** The queue that a batch of dead letters was first on; undefined for a batch of living ones. */
export const deadFrom = (queue: string): string | undefined => /^(new-content-[a-z]+)-dlq/.exec(queue)?.[1];

/** Keeps a message that failed on every try. The same message is the same object, so a second delivery changes nothing. */
export async function keep(env: DomeApiEnv, queue: string, message: Message<NewContent>): Promise<void> {
  const { noteId } = message.body;
  await env.RAW.put(`${folder}${queue}/${message.id}.json`, JSON.stringify(message.body));
  log(env, "error", "a message failed on every try", { queue, noteId });
}

/** What is kept, the first thousand: queue and message. */
export async function list(
  env: DomeApiEnv,
): Promise<readonly { readonly queue: string; readonly noteId: string }[]> {
  const { objects } = await env.RAW.list({ prefix: folder });
  return Promise.all(
    objects.map(async ({ key }) => ({
      queue: queueOf(key),
      noteId: (await (await env.RAW.get(key))?.json<NewContent>())?.noteId ?? "",
    })),
  );
}

/** Sends what is kept once more, each to the queue that it failed on, and says how many. Sent first, removed then: twice is harmless. */
export async function sendAgain(env: DomeApiEnv): Promise<number> {
  const { objects } = await env.RAW.list({ prefix: folder });
  for (const { key } of objects) {
    const body = await (await env.RAW.get(key))?.json<NewContent>();
    if (body !== undefined)
      await (queueOf(key) === "new-content-ai" ? env.NEW_CONTENT_AI : env.NEW_CONTENT_CONSTELLATION).send(
        body,
      );
    await env.RAW.delete(key);
  }
  return objects.length;
}

const queueOf = (key: string): string => key.split("/")[1] ?? "";
