import type { z } from "zod";
import { type AiBackend, AiError, type AiResult } from "../ai.ts";
import { embed, similarity, words } from "./embed.ts";
import { answerFrom, summaryOf } from "./extract.ts";
import { describe, type HashModel, hashModels } from "./models.ts";
import { conversation, textGeneration } from "./prompt.ts";
import { embeddingInputs, rerankInputs, summaryInputs } from "./schemas.ts";

/**
 * The default AI backend: no download, no network, the same answer every time. Embeddings by feature hashing, text generation
 * by quotation. It knows shared words, not synonyms.
 */
export function hashAi(): AiBackend {
  const byName = new Map(hashModels.map((model) => [model.name, model]));
  return {
    name: "hash",
    models: () =>
      hashModels.map((model) => ({ name: model.name, task: model.task, description: describe(model) })),
    async run(name, inputs) {
      const model = byName.get(name);
      if (model === undefined) throw new AiError(400, 5007, `No such model ${name} or task`);
      return runModel(model, inputs);
    },
  };
}

function runModel(model: HashModel, inputs: unknown): AiResult {
  switch (model.task) {
    case "Text Embeddings": {
      const reranking = rerankInputs.safeParse(inputs);
      if (model.name === "@cf/baai/bge-m3" && reranking.success) return rerank(reranking.data);
      const { text, pooling } = parse(embeddingInputs, inputs);
      const data = (typeof text === "string" ? [text] : text).map((one) =>
        embed(one, model.dimensions, model.maximumTokens),
      );
      return { kind: "json", value: { shape: [data.length, model.dimensions], data, pooling } };
    }
    case "Text Generation": {
      const asked = parse(textGeneration, inputs);
      if (asked.response_format !== undefined && asked.response_format !== null)
        throw new AiError(400, 5025, "This model doesn't support JSON Schema.");
      const { question, context } = conversation(asked);
      const response = shortened(answerFrom(question, context), asked.max_tokens);
      const usage = usageOf(`${context} ${question}`, response);
      return asked.stream === true
        ? { kind: "stream", events: stream(response, usage) }
        : { kind: "json", value: { response, tool_calls: [], usage } };
    }
    case "Summarization":
      return { kind: "json", value: { summary: summaryOf(parse(summaryInputs, inputs).input_text) } };
    case "Reranker":
      return rerank(parse(rerankInputs, inputs));
    default:
      return model satisfies never;
  }
}

function rerank({ query, contexts, top_k: topK }: z.infer<typeof rerankInputs>): AiResult {
  const asked = embed(query, 1024);
  const response = contexts
    .map(({ text }, id) => ({ id, score: Math.max(0, similarity(asked, embed(text, 1024))) }))
    .sort((a, b) => b.score - a.score || a.id - b.id);
  return { kind: "json", value: { response: response.slice(0, topK) } };
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

function usageOf(prompt: string, completion: string): Usage {
  const [asked, said] = [words(prompt).length, words(completion).length];
  return { prompt_tokens: asked, completion_tokens: said, total_tokens: asked + said };
}

/** Server-sent events as Workers AI sends them: a word at a time, then the usage, then `[DONE]`. */
async function* stream(response: string, usage: Usage): AsyncGenerator<string> {
  for (const piece of response.match(/\s*\S+/g) ?? [])
    yield `data: ${JSON.stringify({ response: piece })}\n\n`;
  yield `data: ${JSON.stringify({ response: "", usage })}\n\n`;
  yield "data: [DONE]\n\n";
}

const shortened = (text: string, maximumTokens: number | undefined): string =>
  maximumTokens === undefined ? text : (text.match(/\s*\S+/g) ?? []).slice(0, maximumTokens).join("");

function parse<T>(schema: z.ZodType<T>, inputs: unknown): T {
  const parsed = schema.safeParse(inputs);
  if (!parsed.success)
    throw new AiError(
      400,
      5006,
      `Error: ${parsed.error.issues.map((i) => `${i.message} at '/${i.path.join("/")}'`).join("; ")}`,
    );
  return parsed.data;
}
