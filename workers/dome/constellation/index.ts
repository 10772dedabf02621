import { WorkerEntrypoint } from "cloudflare:workers";
import type { ConstellationEnv, NewContent } from "../../../src/systems/dome.ts";
import { log } from "../log.ts";
import { chunks } from "./chunks.ts";
import type { Search as Entrypoint, Passage } from "./search.ts";

const model = "@cf/baai/bge-base-en-v1.5";
/** The index is declared with 1536 dimensions, the model gives 768: zeros at the end leave the cosine as it is. */
const dimensions = 1536;
/** Workers AI embeds at most 100 texts a call. */
const textsPerCall = 100;

/** Finds passages by meaning. */
export class Search extends WorkerEntrypoint<ConstellationEnv> implements Entrypoint {
  /** The nearest passages first; `limit` at most 20, as many as Vectorize returns with metadata. */
  async passages(question: string, limit = 8): Promise<Passage[]> {
    const [vector] = await embed(this.env, [question]);
    if (vector === undefined) return [];
    const { matches } = await this.env.VECTORIZE.query(vector, {
      topK: Math.min(limit, 20),
      returnMetadata: "all",
    });
    return matches.map((match) => ({
      noteId: text(match.metadata?.["noteId"]),
      title: text(match.metadata?.["title"]),
      text: text(match.metadata?.["text"]),
      score: match.score,
    }));
  }
}

export default {
  fetch: () => new Response("constellation is reached through its Search entrypoint\n", { status: 404 }),
  /** Embeds new notes. What was embedded before a failure stays acknowledged; a note that is gone needs no embedding. */
  async queue(batch, env) {
    const silo = env.SILO;
    for (const message of batch.messages) {
      const { noteId } = message.body;
      const note = await silo.get(noteId);
      if (note === null) {
        message.ack();
        continue;
      }
      const parts = chunks(note.text);
      const vectors = await embed(
        env,
        parts.map((part) => `${note.title}\n${part}`),
      );
      await env.VECTORIZE.upsert(
        vectors.map((values, i) => ({
          id: `${noteId}#${i}`,
          values,
          metadata: { noteId, title: note.title, text: parts[i] ?? "" },
        })),
      );
      message.ack();
      log(env, "debug", "a note was embedded", { noteId, passages: parts.length });
    }
  },
} satisfies ExportedHandler<ConstellationEnv, NewContent>;

async function embed(env: ConstellationEnv, texts: string[]): Promise<number[][]> {
  const vectors: number[][] = [];
  for (let at = 0; at < texts.length; at += textsPerCall) {
    const answer = await env.AI.run(model, { text: texts.slice(at, at + textsPerCall) });
    if (!("data" in answer) || answer.data === undefined) throw new Error(`${model} answered without data`);
    vectors.push(
      ...answer.data.map((values) => [...values, ...new Array<number>(dimensions - values.length).fill(0)]),
    );
  }
  return vectors;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
