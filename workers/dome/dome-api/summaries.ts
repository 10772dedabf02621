import type { DomeApiEnv } from "../../../src/systems/dome.ts";
import { log } from "../log.ts";

const model = "@cf/meta/llama-3.1-8b-instruct";
const summarisedCharacters = 4_000;

/** Writes one sentence about a new note into dome-meta. Repeating it for the same note changes nothing. */
export async function summarise(env: DomeApiEnv, noteId: string): Promise<void> {
  const silo = env.SILO;
  const note = await silo.get(noteId);
  if (note === null) return;
  const reply = await env.AI.run(model, {
    messages: [
      {
        role: "system",
        content: `Say in one sentence of the text what it is about.\n\n${note.text.slice(0, summarisedCharacters)}`,
      },
      { role: "user", content: note.title },
    ],
  });
  if (!("response" in reply) || typeof reply.response !== "string")
    throw new Error(`${model} answered without a response`);
  await env.META.prepare(
    "INSERT INTO summaries (note_id, summary, model, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (note_id) DO NOTHING",
  )
    .bind(noteId, reply.response, model, new Date().toISOString())
    .run();
  log(env, "debug", "a note was summarised", { noteId });
}
