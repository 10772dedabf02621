import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Listening, listening } from "../../src/cloudflare/testing/listening.ts";
import { type Writer, writerOf } from "./settled.ts";

/** An index as Vectorize keeps it: what it took is carried out later, in its order, a change at each look at its state. */
const index = new Map<string, unknown>();
const queued: { readonly change: string; readonly work: () => void }[] = [];
let processed = "";
let changes = 0;
/** What a worker writes into it whenever it is looked at. */
let besides = 0;
let refuses = "";
const vector = z.object({
  id: z.string(),
  values: z.array(z.number()),
  metadata: z.record(z.string(), z.string()),
});
const ids = z.object({ ids: z.array(z.string()) });

function enqueue(work: () => void): string {
  const change = `change-${++changes}`;
  queued.push({ change, work });
  return change;
}

function answer(path: string, body: string): unknown {
  if (path.endsWith("/upsert")) {
    const sent = [...body.matchAll(/^\{.*\}$/gm)].map(([line]) => vector.parse(JSON.parse(line)));
    if (sent.some(({ id }) => id === refuses)) return undefined;
    return { mutationId: enqueue(() => sent.forEach((each) => void index.set(each.id, each))) };
  }
  if (path.endsWith("/delete_by_ids")) {
    const gone = ids.parse(JSON.parse(body)).ids;
    return { mutationId: enqueue(() => gone.forEach((id) => void index.delete(id))) };
  }
  if (path.endsWith("/get_by_ids"))
    return ids.parse(JSON.parse(body)).ids.flatMap((id) => index.get(id) ?? []);
  const next = queued.shift();
  next?.work();
  processed = next?.change ?? processed;
  // Carried out in the same batch: nobody ever sees the id of the change before it.
  if (besides > 0 && next !== undefined) processed = `of-a-worker-${besides--}`;
  return { vectorCount: index.size, processedUpToMutation: processed };
}

const fake = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += String(part);
  const result = answer(request.url ?? "", body);
  const errors = result === undefined ? [{ code: 40_012, message: "vector is not taken" }] : [];
  response
    .writeHead(result === undefined ? 400 : 200, { "content-type": "application/json" })
    .end(JSON.stringify({ success: result !== undefined, result: result ?? null, errors }));
});
let writer: Writer;
const heard: number[] = [];
let server: Listening;
beforeAll(async () => {
  server = await listening(fake);
  const connection = { baseUrl: server.url, token: "t" };
  writer = writerOf({ connection, accountId: "a" }, "found", (count) => heard.push(count));
});
afterAll(() => server.close());

const vectors = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `n${i}`, values: [i, 1], metadata: {} }));

test("it waits until the index has carried out what it took, also where somebody else's changes carry its id past", async () => {
  await writer.put(vectors(3));
  await writer.put([{ id: "n1", values: [9, 9], metadata: {} }]);
  expect(index.size).toBe(0);
  await writer.settle();
  expect(index.get("n1")).toMatchObject({ values: [9, 9] });
  expect(heard.length).toBeGreaterThan(0);
  besides = 10;
  await writer.put([{ id: "n2", values: [8, 8], metadata: {} }]);
  await writer.remove(["n0", "n1"]);
  await writer.settle();
  expect([...index.keys()]).toEqual(["n2"]);
  expect(processed).toMatch(/^of-a-worker/);
  // Of a vector its metadata alone may be another one.
  besides = 10;
  await writer.put([{ id: "n2", values: [8, 8], metadata: { author: "ann" } }]);
  await writer.settle();
  expect(index.get("n2")).toMatchObject({ metadata: { author: "ann" } });
  // Nothing was written since: nobody is asked.
  await writer.settle();
});

test("of a page the row that Vectorize does not take is named", async () => {
  refuses = "n6";
  await expect(writer.put(vectors(9))).rejects.toThrow(
    /index found, row "n6"[\s\S]*not taken \(code 40012\)/,
  );
});
