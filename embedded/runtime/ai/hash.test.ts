import { expect, test } from "vitest";
import { AiError } from "../ai.ts";
import { embed, similarity } from "./embed.ts";
import { hashAi } from "./hash.ts";

const ai = hashAi();

async function json(model: string, inputs: unknown): Promise<Record<string, unknown>> {
  const result = await ai.run(model, inputs);
  if (result.kind !== "json" || typeof result.value !== "object" || result.value === null)
    throw new Error("expected JSON");
  return { ...result.value };
}

const corpus = {
  migrations: "A migration file is applied in one atomic request, and the ledger remembers it.",
  queues: "The consumer acknowledges a batch; messages that failed go to the dead-letter queue.",
  rollout: "A rollout sends ten percent of the requests to the new version and watches the errors.",
  vectors: "An index of vectors finds the nearest notes by their cosine similarity.",
  kitchen: "Bake the bread for forty minutes until the crust is brown.",
};
const questions: [string, keyof typeof corpus][] = [
  ["how are migrations applied?", "migrations"],
  ["what happens to a failed message of a queue", "queues"],
  ["what percentage of requests goes to a new version", "rollout"],
  ["find similar notes with a vector index", "vectors"],
  ["how long is bread baked", "kitchen"],
];

test.each(questions)("%s → %s", (question, expected) => {
  for (const dimensions of [384, 768, 1024]) {
    const asked = embed(question, dimensions);
    const ranked = Object.entries(corpus)
      .map(([name, text]) => ({ name, score: similarity(asked, embed(text, dimensions)) }))
      .sort((a, b) => b.score - a.score);
    expect(ranked[0]?.name).toBe(expected);
    // Not by a hair: twice as near as the next.
    expect(ranked[0]?.score).toBeGreaterThan(2 * (ranked[1]?.score ?? 0));
  }
});

test("an embedding has length 1 and the model's dimensions, and is the same every time", async () => {
  for (const [model, dimensions] of [
    ["@cf/baai/bge-small-en-v1.5", 384],
    ["@cf/baai/bge-base-en-v1.5", 768],
    ["@cf/baai/bge-large-en-v1.5", 1024],
    ["@cf/baai/bge-m3", 1024],
  ] as const) {
    const { shape, data } = await json(model, { text: ["a note", "", "日本語のメモ"] });
    expect(shape).toEqual([3, dimensions]);
    for (const vector of Array.isArray(data) ? data : []) {
      expect(vector.length).toBe(dimensions);
      expect(similarity(vector, vector)).toBeCloseTo(1, 5);
    }
    expect(await json(model, { text: ["a note", "", "日本語のメモ"] })).toEqual({
      shape,
      data,
      pooling: "mean",
    });
  }
});

test("what stands behind a model's limit of tokens is not embedded, as on Workers AI", () => {
  const long = "word ".repeat(512);
  expect(embed(`${long} platypus`, 768, 512)).toEqual(embed(long, 768, 512));
  expect(embed(`${long} platypus`, 768, 8192)).not.toEqual(embed(long, 768, 8192));
});

const context = `Answer from these notes only.

## Queues
${corpus.queues} ${corpus.kitchen}

## Migrations
${corpus.migrations}`;

test("text generation quotes the sentence that answers, and nothing else", async () => {
  const { response } = await json("@cf/meta/llama-3.1-8b-instruct", {
    messages: [
      { role: "system", content: context },
      { role: "user", content: "How is a migration file applied?" },
    ],
  });
  expect(response).toBe(corpus.migrations);
});

test("without a sentence to quote it says so", async () => {
  const { response } = await json("@cf/meta/llama-3.1-8b-instruct", {
    messages: [
      { role: "system", content: context },
      { role: "user", content: "zebra?" },
    ],
  });
  expect(response).toBe("The text given to me has no sentence that shares words with the question.");
});

test("a stream says the same word by word and ends with [DONE]", async () => {
  const result = await ai.run("@cf/meta/llama-3.1-8b-instruct", {
    prompt: `${corpus.queues}\n\nWhere do failed messages go?`,
    stream: true,
  });
  if (result.kind !== "stream") throw new Error("expected a stream");
  const events: string[] = [];
  for await (const event of result.events) events.push(event);
  expect(events.at(-1)).toBe("data: [DONE]\n\n");
  const said = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)).response);
  expect(said.join("")).toBe(corpus.queues);
});

test("a reranker puts the right passage first", async () => {
  const { response } = await json("@cf/baai/bge-reranker-base", {
    query: "how long is bread baked",
    contexts: Object.values(corpus).map((text) => ({ text })),
    top_k: 1,
  });
  expect(response).toEqual([{ id: 4, score: expect.any(Number) }]);
});

test("unknown models and malformed inputs are Workers AI's errors", async () => {
  const refused = async (model: string, inputs: unknown): Promise<string> => {
    try {
      await ai.run(model, inputs);
    } catch (error) {
      return error instanceof AiError
        ? `${error.status} ${error.internalCode}: ${error.message}`
        : String(error);
    }
    return "accepted";
  };
  expect(await refused("@cf/nobody/nothing", {})).toBe("400 5007: No such model @cf/nobody/nothing or task");
  expect(await refused("@cf/baai/bge-base-en-v1.5", { texts: ["a"] })).toMatch(
    /^400 5006: Error: .*'\/text'/,
  );
  expect(
    await refused("@cf/baai/bge-base-en-v1.5", { text: Array.from({ length: 101 }, () => "a") }),
  ).toMatch(/^400 5006/);
  expect(await refused("@cf/meta/llama-3.1-8b-instruct", {})).toMatch(/^400 5006/);
  expect(
    await refused("@cf/meta/llama-3.1-8b-instruct", {
      prompt: "x",
      response_format: { type: "json_object" },
    }),
  ).toBe("400 5025: This model doesn't support JSON Schema.");
});

test("every model's description says that it knows shared words and not synonyms", () => {
  for (const { description } of ai.models()) expect(description).toMatch(/knows shared words, not synonyms/);
});
