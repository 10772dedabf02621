/** What `hash` has in place of each of Workers AI's models. Every description says what it cannot do. */
export type HashModel =
  | {
      readonly name: string;
      readonly task: "Text Embeddings";
      readonly dimensions: number;
      readonly maximumTokens: number;
    }
  | { readonly name: string; readonly task: "Text Generation" }
  | { readonly name: string; readonly task: "Summarization" }
  | { readonly name: string; readonly task: "Reranker" };

const embedding = (name: string, dimensions: number, maximumTokens: number): HashModel => ({
  name,
  task: "Text Embeddings",
  dimensions,
  maximumTokens,
});
const generation = (name: string): HashModel => ({ name, task: "Text Generation" });

export const hashModels: readonly HashModel[] = [
  embedding("@cf/baai/bge-small-en-v1.5", 384, 512),
  embedding("@cf/baai/bge-base-en-v1.5", 768, 512),
  embedding("@cf/baai/bge-large-en-v1.5", 1024, 512),
  embedding("@cf/baai/bge-m3", 1024, 8192),
  embedding("@cf/google/embeddinggemma-300m", 768, 512),
  embedding("@cf/qwen/qwen3-embedding-0.6b", 1024, 8192),
  generation("@cf/meta/llama-3-8b-instruct"),
  generation("@cf/meta/llama-3.1-8b-instruct"),
  generation("@cf/meta/llama-3.1-8b-instruct-awq"),
  generation("@cf/meta/llama-3.1-8b-instruct-fast"),
  generation("@cf/meta/llama-3.1-8b-instruct-fp8"),
  generation("@cf/meta/llama-3.1-70b-instruct"),
  generation("@cf/meta/llama-3.2-1b-instruct"),
  generation("@cf/meta/llama-3.2-3b-instruct"),
  generation("@cf/meta/llama-3.3-70b-instruct-fp8-fast"),
  generation("@cf/meta/llama-4-scout-17b-16e-instruct"),
  generation("@cf/mistral/mistral-7b-instruct-v0.1"),
  generation("@hf/mistral/mistral-7b-instruct-v0.2"),
  generation("@cf/mistralai/mistral-small-3.1-24b-instruct"),
  generation("@cf/google/gemma-3-12b-it"),
  generation("@cf/qwen/qwq-32b"),
  { name: "@cf/facebook/bart-large-cnn", task: "Summarization" },
  { name: "@cf/baai/bge-reranker-base", task: "Reranker" },
];

/** What a person reads in the list of models. */
export function describe(model: HashModel): string {
  switch (model.task) {
    case "Text Embeddings":
      return `Local stand-in: feature hashing of words and parts of words into ${model.dimensions} dimensions, of the first ${model.maximumTokens} words. It knows shared words, not synonyms or meaning.`;
    case "Text Generation":
      return "Local stand-in: quotes the sentences of the prompt that share most words with the question. It knows shared words, not synonyms, and writes no sentence of its own.";
    case "Summarization":
      return "Local stand-in: quotes the sentences that share most words with the whole text. It knows shared words, not synonyms, and writes no sentence of its own.";
    case "Reranker":
      return "Local stand-in: ranks by shared words and parts of words. It knows shared words, not synonyms or meaning.";
    default:
      return model satisfies never;
  }
}
