import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { AiError } from "../ai.ts";
import { endpointAi } from "./endpoint.ts";

/** A small server that speaks OpenAI's API as local model servers do. */
let server: Server;
let url: string;
let asked: { path: string; body: Record<string, unknown> }[];
let models: string[];

beforeEach(async () => {
  asked = [];
  models = ["only"];
  server = createServer((request, response) => {
    read(request).then((body) => {
      asked.push({ path: request.url ?? "", body });
      if (request.url === "/v1/models")
        return response.end(JSON.stringify({ data: models.map((id) => ({ id })) }));
      if (request.url === "/v1/embeddings") {
        const input = Array.isArray(body["input"]) ? body["input"] : [];
        const size = body["model"] === "small" ? 384 : 768;
        return response.end(
          JSON.stringify({ data: input.map((_, i) => ({ embedding: new Array(size).fill(i + 0.1) })) }),
        );
      }
      if (body["stream"] === true) {
        response.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\r\n\r\ndata: {"choices":[{"del');
        setTimeout(() => response.end('ta":{"content":"lo"}}]}\n\ndata: [DONE]\n\n'), 10);
        return response;
      }
      return response.end(
        JSON.stringify({ choices: [{ message: { content: "Hello" } }], usage: { total_tokens: 3 } }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

const messageOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "accepted",
    (error: unknown) => (error instanceof AiError ? `${error.internalCode} ${error.message}` : String(error)),
  );

test("embeddings come from the local server, in Workers AI's shape and as 32-bit numbers", async () => {
  const answer = await endpointAi(`${url}?embeddings=big`).run("@cf/baai/bge-base-en-v1.5", {
    text: ["a", "b"],
  });
  expect(answer).toMatchObject({ kind: "json", value: { shape: [2, 768], pooling: "mean" } });
  expect(asked).toEqual([{ path: "/v1/embeddings", body: { model: "big", input: ["a", "b"] } }]);
  expect(JSON.stringify(answer)).toContain(String(Math.fround(1.1)));
});

test("a local model of other dimensions than the model asked for is refused", async () => {
  expect(
    await messageOf(endpointAi(`${url}?embeddings=small`).run("@cf/baai/bge-base-en-v1.5", { text: "a" })),
  ).toContain("@cf/baai/bge-base-en-v1.5 gives 768 dimensions, but the local model small gives 384");
});

test("text and streams are translated", async () => {
  const ai = endpointAi(url);
  expect(await ai.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "Say hello" })).toEqual({
    kind: "json",
    value: { response: "Hello", tool_calls: [], usage: { total_tokens: 3 } },
  });
  expect(asked.at(-1)?.body).toMatchObject({
    model: "only",
    messages: [{ role: "user", content: "Say hello" }],
  });
  const streamed = await ai.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "Say hello", stream: true });
  const events: string[] = [];
  if (streamed.kind === "stream") for await (const event of streamed.events) events.push(event);
  expect(events).toEqual(['data: {"response":"Hel"}\n\n', 'data: {"response":"lo"}\n\n', "data: [DONE]\n\n"]);
});

test("a server with several models must be told which one", async () => {
  models = ["a", "b"];
  expect(await messageOf(endpointAi(url).run("@cf/meta/llama-3.1-8b-instruct", { prompt: "x" }))).toContain(
    "add ?text=<model>. It has: a, b",
  );
});

test("a server that is not there is named, with what to do", async () => {
  await new Promise((resolve) => server.close(resolve));
  expect(await messageOf(endpointAi(url).run("@cf/meta/llama-3.1-8b-instruct", { prompt: "x" }))).toMatch(
    /did not answer: .*ECONNREFUSED.*--ai hash/,
  );
  server.listen(0, "127.0.0.1");
});

test.each([
  "https://api.example.com/v1",
  "http://10.0.0.1:11434/v1",
  "http://localhost.example.com/v1",
  "ftp://127.0.0.1/",
  "nonsense",
  "",
])("%j is refused: nothing leaves the machine", (address) => {
  expect(() => endpointAi(address)).toThrow(UserError);
});
