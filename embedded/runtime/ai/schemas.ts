import { z } from "zod";
import type { HashModel } from "./models.ts";
import { textGeneration } from "./prompt.ts";

/** Workers AI's own limit of texts in one embedding call. */
const textsPerCall = 100;

export const embeddingInputs = z.object({
  text: z.union([z.string(), z.array(z.string()).min(1).max(textsPerCall)]),
  pooling: z.enum(["mean", "cls"]).default("mean"),
});
export const summaryInputs = z.object({ input_text: z.string().min(1) });
export const rerankInputs = z.object({
  query: z.string().min(1),
  contexts: z.array(z.object({ text: z.string() })).min(1),
  top_k: z.int().min(1).optional(),
});

type Task = HashModel["task"];

/** What a model of each task takes, and what it answers with. */
const shapes: Readonly<Record<Task, { readonly input: z.ZodType; readonly output: z.ZodType }>> = {
  "Text Embeddings": {
    input: embeddingInputs,
    output: z.object({
      shape: z.array(z.number()),
      data: z.array(z.array(z.number())),
      pooling: z.enum(["mean", "cls"]),
    }),
  },
  "Text Generation": {
    input: textGeneration,
    output: z.object({
      response: z.string(),
      tool_calls: z.array(z.unknown()),
      usage: z.object({
        prompt_tokens: z.number(),
        completion_tokens: z.number(),
        total_tokens: z.number(),
      }),
    }),
  },
  Summarization: { input: summaryInputs, output: z.object({ summary: z.string() }) },
  Reranker: {
    input: rerankInputs,
    output: z.object({ response: z.array(z.object({ id: z.int(), score: z.number() })) }),
  },
};

const isTask = (task: string): task is Task => Object.hasOwn(shapes, task);

/** JSON Schema of what models of the task take here and answer with; undefined for a task that no model here has. */
export function modelSchema(task: string): { readonly input: object; readonly output: object } | undefined {
  if (!isTask(task)) return undefined;
  const { input, output } = shapes[task];
  return {
    input: { description: `What ${task} takes`, ...z.toJSONSchema(input, { io: "input" }) },
    output: { description: `What ${task} answers with`, ...z.toJSONSchema(output) },
  };
}
