import type { SearchEnv } from "../../../src/systems/notes.ts";

/** GET /?q=… gives the titles of the nearest notes; the queue says which notes are new. */
export default {
  async fetch(request, env) {
    const question = new URL(request.url).searchParams.get("q") ?? "";
    const { matches } = await env.INDEX.query(await embedded(env, question), { topK: 3 });
    const notes = await Promise.all(matches.map(({ id }) => env.STORE.get(id)));
    return Response.json(notes.flatMap((note) => (note === null ? [] : [note.title])));
  },

  async queue(batch, env) {
    for (const { body } of batch.messages) {
      const note = await env.STORE.get(body.id);
      if (note === null) continue;
      await env.INDEX.upsert([{ id: note.id, values: await embedded(env, `${note.title}\n${note.text}`) }]);
    }
  },
} satisfies ExportedHandler<SearchEnv, { id: string }>;

async function embedded(env: SearchEnv, text: string): Promise<number[]> {
  const answer = await env.AI.run("@cf/baai/bge-base-en-v1.5", { text: [text] });
  const [values] = "data" in answer ? (answer.data ?? []) : [];
  if (values === undefined) throw new Error("Workers AI answered without a vector");
  return values;
}
