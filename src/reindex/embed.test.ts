import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Listening, listening } from "../cloudflare/testing/listening.ts";
import { embedded, probe, type Text } from "./embed.ts";

/** What Workers AI says next; a vector of three numbers for each text where nothing is said. */
let says: ((texts: readonly string[]) => { readonly status: number; readonly text: string }) | undefined;
const asked: (readonly string[])[] = [];
const done = (data: unknown, status = 200) => ({
  status,
  text: typeof data === "string" ? data : JSON.stringify({ success: true, result: { data }, errors: [] }),
});
const refusal = (status: number, code: number, message: string) => ({
  status,
  text: JSON.stringify({ success: false, result: null, errors: [{ code, message }] }),
});
const fake = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += String(part);
  const { text: texts } = z.object({ text: z.array(z.string()) }).parse(JSON.parse(body));
  asked.push(texts);
  const { status, text } = says?.(texts) ?? done(texts.map(({ length }) => [length, 0, 1]));
  response.writeHead(status, { "content-type": "application/json", "retry-after": "0.001" }).end(text);
});
let baseUrl = "";
let server: Listening;
beforeAll(async () => {
  server = await listening(fake);
  baseUrl = server.url;
});
afterAll(() => server.close());

const rows = Array.from({ length: 9 }, (_, i) => ({ id: `n${i + 1}`, text: `text ${i + 1}` }));
const made = (texts: readonly Text[] = rows) => {
  asked.length = 0;
  return embedded({
    account: { connection: { baseUrl, token: "t" }, accountId: "a" },
    model: "@cf/some/model",
    dimensions: 3,
    texts,
  });
};

test("a model that is busy is asked again; one that stays busy is told to be, with what to do", async () => {
  let busy = 3;
  says = (texts) =>
    busy-- > 0 ? refusal(429, 3040, "out of capacity") : done(texts.map(({ length }) => [length, 0, 1]));
  expect(await made()).toHaveLength(9);
  expect(asked).toHaveLength(4);
  says = () => refusal(429, 3036, "you have used up your daily free allocation");
  await expect(made()).rejects.toThrow(/daily free allocation[\s\S]*--rate[\s\S]*00:00 UTC/);
});

test("of a hundred texts the one that the model refuses is named by its row; a model that is not there is nobody's row", async () => {
  says = (texts) =>
    texts.includes("text 7") ? refusal(400, 5006, "too long") : done(texts.map(() => [1, 2, 3]));
  await expect(made()).rejects.toThrow(/row "n7", a text of 6 characters[\s\S]*too long[\s\S]*substr/);
  expect(asked.length).toBeLessThan(9);
  says = () => refusal(403, 10_000, "not allowed");
  await expect(made()).rejects.toThrow(/rows "n1" to "n9"[\s\S]*not allowed/);
  expect(asked).toHaveLength(1);
  says = () => refusal(400, 5007, "No such model");
  await expect(made([probe])).rejects.toThrow(/nothing was made[\s\S]*No such model[\s\S]*Text Embeddings/);
  // Gone while it fills: no row is to blame.
  await expect(made()).rejects.toThrow(/rows "n1" to "n9"[\s\S]*No such model/);
});

test("what is no vector of the index is named by its row and its place, before anything is put", async () => {
  const with4 = (other: string): string =>
    JSON.stringify({ success: true, result: { data: rows.map(() => [1, 2, 3]) }, errors: [] }).replace(
      /((\[1,2,3\],){3})\[1,2,3\]/,
      `$1${other}`,
    );
  says = () => done(with4("[1,2]"));
  await expect(made()).rejects.toThrow(/row "n4"[\s\S]*2 numbers[\s\S]*3 finite numbers/);
  says = () => done(with4("[1,null,3]"));
  await expect(made()).rejects.toThrow(/row "n4"[\s\S]*null as its number 2/);
  says = () => done(with4("[1,2,1e39]"));
  await expect(made()).rejects.toThrow(/row "n4"[\s\S]*1e\+39 as its number 3/);
  says = () => done(rows.map(() => [1, 2]));
  await expect(made()).rejects.toThrow(/vectors of 2 numbers[\s\S]*declare dimensions: 2/);
  says = () => done([[1, 2, 3]]);
  await expect(made()).rejects.toThrow(/1 vectors of 9 texts/);
});
