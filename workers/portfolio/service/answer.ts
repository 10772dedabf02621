import type { ServiceEnv } from "../../../src/systems/portfolio.ts";
import { embed } from "../embedding.ts";

/** A passage of a document, and how near it is to what was asked. */
export interface Passage {
  readonly key: string;
  readonly title: string;
  readonly company: string | null;
  /** The document's own words. */
  readonly text: string;
  /** Cosine similarity, 1 is the same direction. */
  readonly score: number;
}

export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly passages: readonly Passage[];
}

interface Row {
  readonly id: string;
  readonly r2_key: string;
  readonly title: string;
  readonly company: string | null;
  readonly content: string;
}

const model = "@cf/meta/llama-3.1-8b-instruct";
/** As many as Vectorize returns at most with metadata, which is not needed here. */
const nearest = 20;
const passagesForTheModel = 5;
/** Below it a passage has nothing to do with the question. */
const leastScore = 0.1;

/**
 * Answers from documents, in their words. The database says which passages there are, the index only which are near: a
 * vector that outlives its document for a moment answers nothing. No passage, no answer.
 */
export async function answer(env: ServiceEnv, question: string): Promise<Answer> {
  const passages = await passagesFor(env, question);
  if (passages.length === 0)
    return { question, answer: "No document says anything about that.", passages: [] };
  const context = passages.map(({ title, text }) => `## ${title}\n${text}`).join("\n\n");
  const reply = await env.AI.run(model, {
    messages: [
      { role: "system", content: `Answer from these documents only, in their own words.\n\n${context}` },
      { role: "user", content: question },
    ],
  });
  if (!("response" in reply) || typeof reply.response !== "string")
    throw new Error(`${model} answered without a response`);
  return { question, answer: reply.response, passages };
}

async function passagesFor(env: ServiceEnv, question: string): Promise<readonly Passage[]> {
  const [vector] = await embed(env.AI, [question]);
  if (vector === undefined) return [];
  const { matches } = await env.VECTORIZE.query(vector, { topK: nearest });
  const near = matches.filter(({ score }) => score >= leastScore);
  if (near.length === 0) return [];
  const { results } = await env.DB.prepare(
    `SELECT chunks.id, documents.r2_key, documents.title, documents.company, chunks.content
FROM chunks JOIN documents ON documents.id = chunks.document_id
WHERE chunks.id IN (${near.map(() => "?").join(", ")})`,
  )
    .bind(...near.map(({ id }) => id))
    .all<Row & Record<string, unknown>>();
  const rows = new Map(results.map((row) => [row.id, row]));
  return near
    .flatMap(({ id, score }) => {
      const row = rows.get(id);
      if (row === undefined) return [];
      return [{ key: row.r2_key, title: row.title, company: row.company, text: row.content, score }];
    })
    .slice(0, passagesForTheModel);
}
