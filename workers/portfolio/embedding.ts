const model = "@cf/baai/bge-base-en-v1.5";
/** The index is declared with 1536 dimensions, the model gives 768: zeros at the end leave the cosine as it is. */
const dimensions = 1536;

/** Texts in one call of {@link embed}, at most: Workers AI takes no more. */
export const textsPerCall = 100;

/** Vectors for texts, in their order, as long as the index wants them; at most {@link textsPerCall}. */
export async function embed(ai: Ai, texts: string[]): Promise<number[][]> {
  if (texts.length === 0) return [];
  const answer = await ai.run(model, { text: texts });
  if (!("data" in answer) || answer.data === undefined) throw new Error(`${model} answered without data`);
  return answer.data.map((values) => [...values, ...new Array<number>(dimensions - values.length).fill(0)]);
}
