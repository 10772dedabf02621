import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { argument, perStage, secret, type UrlSource, urlSource } from "../../../declare/index.ts";
import { pointedAt } from "./pointer.ts";
import { readUrl } from "./url.ts";

const value = "Bearer canary-of-a-header";
let seen: { url: string | undefined; authorization: string | undefined } | undefined;
let answer: { status: number; body: string; headers?: Record<string, string> } = { status: 200, body: "{}" };
const server = createServer((request, response) => {
  seen = { url: request.url, authorization: request.headers.authorization };
  if (request.url === "/slow") return;
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
});
afterAll(() => server.close());

const asked = { script: "shop-api", version: "a&b=c/../?x", fromMs: 0, toMs: 1_000 };
const reading = (source: UrlSource, sent = value) =>
  readUrl(source, asked, { stage: "dev", secret: async () => sent });
const queue = (more: Partial<UrlSource> = {}): UrlSource =>
  urlSource({
    ...{ url: `${origin}/queue?fixed=1`, query: { version: argument.version, since: argument.from } },
    ...{ headers: { Authorization: secret("key") }, reads: { value: "/a~1b/0/n" } },
    ...more,
  });

test("what it is asked with is encoded, and a secret is sent as the header that names it", async () => {
  answer = { status: 200, body: '{"a/b":[{"n":3}]}' };
  expect(await reading(queue())).toEqual({ measures: "number", value: 3, samples: undefined });
  expect(seen).toEqual({
    url: "/queue?fixed=1&version=a%26b%3Dc%2F..%2F%3Fx&since=1970-01-01T00%3A00%3A00.000Z",
    authorization: value,
  });
  await reading(queue({ url: perStage({ dev: `${origin}/dev`, prod: `${origin}/prod` }) }));
  expect(seen?.url).toMatch(/^\/dev\?/);
});

test("null and a place that is not there are no data; a text, a count that is none and an empty whole are told apart", async () => {
  const share = { part: "/part", whole: "/whole" };
  const found = (body: object, reads: UrlSource["reads"] = { value: "/n" }) => {
    answer = { status: 200, body: JSON.stringify(body) };
    return reading(queue({ reads }));
  };
  for (const body of [{}, { n: null }, [], { m: 1 }])
    expect(await found(body)).toMatchObject({ measures: "nothing" });
  expect(await found({ part: 0, whole: 0 }, share)).toMatchObject({ measures: "nothing" });
  expect(await found({ n: 1, of: 0 }, { value: "/n", samples: "/of" })).toMatchObject({
    measures: "nothing",
  });
  await expect(found({ n: "7" })).rejects.toThrow("/n is no number: string");
  await expect(found({ part: 3, whole: 2 }, share)).rejects.toThrow(
    "/part is 3, which is no part of /whole, 2",
  );
});

test("whatever goes wrong, neither the header nor what is behind the ? nor the answer is told", async () => {
  const failing: readonly (readonly [typeof answer, Partial<UrlSource>, RegExp])[] = [
    [{ status: 500, body: value }, {}, /\/queue answered with status 500$/],
    [{ status: 200, body: `not json, but ${value}` }, {}, /\/queue answered what is no JSON$/],
    [{ status: 302, body: "", headers: { location: `${origin}/elsewhere` } }, {}, /status 302$/],
    [
      { status: 200, body: "" },
      { url: `${origin}/slow`, query: {}, timeoutSeconds: 0.2 },
      /no answer within 200 ms/,
    ],
  ];
  for (const [given, more, message] of failing) {
    answer = given;
    const error: unknown = await reading(queue(more)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toMatch(/canary|a%26b/);
  }
  expect(seen?.url).not.toBe("/elsewhere");
  const broken: unknown = await reading(queue(), `${value}\n`).catch((thrown: unknown) => thrown);
  expect(String(broken)).toMatch(/authorization/);
  expect(String(broken)).not.toContain("canary");
});

test("a JSON pointer points as RFC 6901 has it", () => {
  const document = {
    ...{ foo: ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4 },
    ...{ "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8 },
  };
  expect(
    ["", "/foo", "/foo/0", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", '/k"l', "/ ", "/m~0n"].map(
      (pointer) => pointedAt(document, pointer),
    ),
  ).toEqual([document, ["bar", "baz"], "bar", 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const pointer of ["/foo/2", "/foo/01", "/foo/length", "/foo/-", "/constructor", "/foo/0/0"])
    expect(pointedAt(document, pointer), pointer).toBeUndefined();
});
