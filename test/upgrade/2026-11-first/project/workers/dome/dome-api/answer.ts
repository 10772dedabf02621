import type { DomeApiEnv } from "../../../src/systems/dome.ts";
import type { Passage, Search } from "../constellation/index.ts";

/** What a search gives: an answer in the notes' own words, and the passages it came from. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly evidence: readonly Passage[];
}

const model = "@cf/meta/llama-3.1-8b-instruct";
const passagesForTheModel = 5;

/** Asks constellation for passages and the model for an answer from them. No passage, no answer: nothing is made up. */
export async function answer(env: DomeApiEnv, question: string): Promise<Answer> {
  const constellation: Service<Search> = env.CONSTELLATION;
  const evidence = await constellation.passages(question);
  if (evidence.length === 0)
    return { question, answer: "No note says anything about that yet.", evidence: [] };
  const notes = evidence
    .slice(0, passagesForTheModel)
    .map((passage) => `## ${passage.title}\n${passage.text}`);
  const reply = await env.AI.run(model, {
    messages: [
      {
        role: "system",
        content: `Answer from these notes only, in their own words.\n\n${notes.join("\n\n")}`,
      },
      { role: "user", content: question },
    ],
  });
  if (!("response" in reply) || typeof reply.response !== "string")
    throw new Error(`${model} answered without a response`);
  return { question, answer: reply.response, evidence };
}
