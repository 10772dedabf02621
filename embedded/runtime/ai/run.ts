import { z } from "zod";
import type { AiBackend, AiResult } from "../ai.ts";
import type { VectorEngine } from "../vectors.ts";

const embeddingAnswer = z.object({ data: z.array(z.array(z.number())) });

/** Runs a model and tells the vector engine which embeddings came out of it. */
export async function runAi(
  { ai, vectors }: { readonly ai: AiBackend; readonly vectors: VectorEngine },
  model: string,
  inputs: unknown,
): Promise<AiResult> {
  const result = await ai.run(model, inputs);
  const embeddings = result.kind === "json" ? embeddingAnswer.safeParse(result.value) : undefined;
  if (embeddings?.success === true) vectors.remember(ai.name, embeddings.data.data);
  return result;
}
