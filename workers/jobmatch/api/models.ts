import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { digest } from "./digest.ts";
import { HttpError, membersOf } from "./http.ts";

type Env = Pick<JobmatchApiEnv, "AI" | "GATEWAY" | "AI_GATEWAY_CACHE">;

const textModel = "@cf/meta/llama-3.1-8b-instruct-fp8";
const embeddingModel = "@cf/baai/bge-base-en-v1.5";
/** How long an answer may stand in while the gateway lets nothing through. */
const keptSeconds = 24 * 60 * 60;

/** Where an answer came from: the model, the gateway's cache, or what was kept for when the gateway refuses. */
export type AnswerSource = "model" | "gateway" | "kept";

export interface Answer {
  readonly text: string;
  readonly from: AnswerSource;
}

/** Asks the text model. Throws {@link HttpError} 503 when the gateway refuses and nothing was kept of the same question. */
export async function answer(env: Env, context: string, question: string): Promise<Answer> {
  const kept = await digest(textModel, context, question);
  const response = await env.AI.run(
    textModel,
    {
      messages: [
        { role: "system", content: context },
        { role: "user", content: question },
      ],
    },
    { gateway: { id: env.GATEWAY }, returnRawResponse: true },
  );
  if (response.status === 429) {
    const text = await env.AI_GATEWAY_CACHE.get(kept);
    if (text === null) throw busy();
    return { text, from: "kept" };
  }
  const said = membersOf(await answered(textModel, response)).get("response");
  if (typeof said !== "string") throw new Error(`${textModel} answered without a response`);
  const fromCache = response.headers.get("cf-aig-cache-status") === "HIT";
  if (!fromCache) await env.AI_GATEWAY_CACHE.put(kept, said, { expirationTtl: keptSeconds });
  return { text: said, from: fromCache ? "gateway" : "model" };
}

/** A text as a point among 768 dimensions, by the name of the model that put it there. Throws {@link HttpError} 503. */
export async function embedding(env: Env, text: string): Promise<number[]> {
  const response = await env.AI.run(
    embeddingModel,
    { text: [text] },
    { gateway: { id: env.GATEWAY }, returnRawResponse: true },
  );
  if (response.status === 429) throw busy();
  const data = membersOf(await answered(embeddingModel, response)).get("data");
  const [vector] = Array.isArray(data) ? data : [];
  if (!isVector(vector)) throw new Error(`${embeddingModel} answered without data`);
  return vector;
}

/** Part of what is remembered of a text: another model would put it elsewhere. */
export const embeddingsOf = embeddingModel;

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number");

async function answered(model: string, response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`${model} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

const busy = (): HttpError =>
  new HttpError(503, "too many questions at this moment: try again in a minute", { "retry-after": "60" });
