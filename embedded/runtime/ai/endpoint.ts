import { z } from "zod";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { type AiBackend, AiError, type AiResult } from "../ai.ts";
import { hashModels } from "./models.ts";
import { textGeneration } from "./prompt.ts";
import { sseData } from "./sse.ts";

const embeddingInputs = z.object({ text: z.union([z.string(), z.array(z.string()).min(1).max(100)]) });
const embeddingsAnswer = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });
const usage = z.record(z.string(), z.unknown()).nullish();
const chatAnswer = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage,
});
const chatChunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).optional() })).default([]),
  usage,
});
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** A local model may have to be loaded from disk first. */
const timeoutMs = 10 * 60_000;

/**
 * Workers AI answered by an OpenAI-compatible server on this machine. Its models are named in the address:
 * `http://127.0.0.1:11434/v1?embeddings=nomic-embed-text&text=llama3.2`; a server with one model needs no names.
 * Throws {@link UserError} for an address that is not on loopback: nothing leaves the machine.
 */
export function endpointAi(address: string): AiBackend {
  const url = loopback(address);
  const named = { embeddings: url.searchParams.get("embeddings"), text: url.searchParams.get("text") };
  const base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;

  async function ask(path: string, body: object | undefined): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json" },
        signal: AbortSignal.timeout(timeoutMs),
        // A redirect could lead off the machine.
        redirect: "error",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new AiError(
        500,
        3043,
        `the AI server at ${base} did not answer: ${reason(error)}. Start it, or start the embedded Cloudflare with --ai hash`,
      );
    }
    if (response.ok) return response;
    throw new AiError(
      500,
      3043,
      `the AI server at ${base} answered ${path} with HTTP ${response.status}: ${(await response.text()).slice(0, 500)}`,
    );
  }

  async function answer<T>(path: string, body: object | undefined, shape: z.ZodType<T>): Promise<T> {
    const value: unknown = await (await ask(path, body)).json();
    const parsed = shape.safeParse(value);
    if (!parsed.success)
      throw new AiError(
        500,
        3043,
        `the AI server at ${base} answered ${path} in a shape that OpenAI's API does not have: ${z.prettifyError(parsed.error)}`,
      );
    return parsed.data;
  }

  async function modelFor(use: "embeddings" | "text"): Promise<string> {
    const chosen = named[use];
    if (chosen !== null) return chosen;
    const { data } = await answer("/models", undefined, modelList);
    const [only, ...others] = data;
    if (only !== undefined && others.length === 0) return only.id;
    throw new AiError(
      500,
      3043,
      `--ai does not say which model of ${base} to use: add ?${use}=<model>. It has: ${data.map((m) => m.id).join(", ") || "none"}`,
    );
  }

  async function embeddings(model: string, dimensions: number, inputs: unknown): Promise<AiResult> {
    const { text } = parse(embeddingInputs, inputs);
    const local = await modelFor("embeddings");
    const { data } = await answer(
      "/embeddings",
      { model: local, input: typeof text === "string" ? [text] : text },
      embeddingsAnswer,
    );
    const got = data[0]?.embedding.length ?? 0;
    if (got !== dimensions)
      throw new AiError(
        500,
        3043,
        `${model} gives ${dimensions} dimensions, but the local model ${local} gives ${got}: choose a local model of ${dimensions} dimensions with ?embeddings=<model>`,
      );
    return {
      kind: "json",
      value: {
        shape: [data.length, got],
        data: data.map((d) => d.embedding.map(Math.fround)),
        pooling: "mean",
      },
    };
  }

  async function generate(inputs: unknown): Promise<AiResult> {
    const { prompt, messages, stream, max_tokens, response_format } = parse(textGeneration, inputs);
    const body = {
      model: await modelFor("text"),
      messages: messages ?? [{ role: "user", content: prompt }],
      ...(max_tokens === undefined ? {} : { max_tokens }),
      ...(response_format === undefined ? {} : { response_format }),
    };
    if (stream === true)
      return {
        kind: "stream",
        events: translated(await ask("/chat/completions", { ...body, stream: true })),
      };
    const said = await answer("/chat/completions", body, chatAnswer);
    return {
      kind: "json",
      value: { response: said.choices[0]?.message.content ?? "", tool_calls: [], usage: said.usage ?? {} },
    };
  }

  return {
    name: `endpoint:${address}`,
    models: () =>
      hashModels
        .filter((model) => model.task === "Text Embeddings" || model.task === "Text Generation")
        .map(({ name, task }) => ({ name, task, description: `Answered by the local server ${base}.` })),
    async run(name, inputs) {
      const model = hashModels.find((known) => known.name === name);
      switch (model?.task) {
        case "Text Embeddings":
          return embeddings(name, model.dimensions, inputs);
        case "Text Generation":
          return generate(inputs);
        case "Summarization":
        case "Reranker":
        case undefined:
          throw new AiError(400, 5007, `No such model ${name} or task`);
        default:
          return model satisfies never;
      }
    },
  };
}

/** OpenAI's stream in Workers AI's words. */
async function* translated(response: Response): AsyncGenerator<string> {
  for await (const data of sseData(response)) {
    if (data === "[DONE]") break;
    const parsed = chatChunk.safeParse(JSON.parse(data));
    if (!parsed.success)
      throw new AiError(
        500,
        3043,
        `the AI server sent an event that OpenAI's API does not have: ${data.slice(0, 200)}`,
      );
    const text = parsed.data.choices[0]?.delta?.content ?? "";
    if (text !== "") yield `data: ${JSON.stringify({ response: text })}\n\n`;
  }
  yield "data: [DONE]\n\n";
}

function loopback(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (
    url !== undefined &&
    url.protocol === "http:" &&
    ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)
  )
    return url;
  throw new UserError({
    what: "Workers AI cannot be answered by this server",
    where: "--ai",
    got: address,
    expected:
      "`hash`, or the http address of an OpenAI-compatible server on this machine (127.0.0.1, localhost or [::1])",
    fix: 'for instance --ai "endpoint:http://127.0.0.1:11434/v1?embeddings=nomic-embed-text&text=llama3.2"',
  });
}

function parse<T>(schema: z.ZodType<T>, inputs: unknown): T {
  const parsed = schema.safeParse(inputs);
  if (!parsed.success) throw new AiError(400, 5006, `Error: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

const reason = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message
      : error.message
    : String(error);
