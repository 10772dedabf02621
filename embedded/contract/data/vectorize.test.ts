import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

const failure = z.object({ errors: z.array(z.object({ code: z.number(), message: z.string() })) });

let embedded: Embedded;
let client: Cloudflare;
let account: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
});
afterAll(async () => {
  await embedded.close();
});

test("the official client sees the same index: presets, bulk writes, pages, errors", async () => {
  const { indexes } = client.vectorize;
  const created = await indexes.create({
    account_id: account,
    name: "preset",
    config: { preset: "@cf/baai/bge-base-en-v1.5" },
  });
  expect(created).toMatchObject({
    name: "preset",
    description: "",
    config: { dimensions: 768, metric: "cosine" },
  });
  expect(await indexes.get("preset", { account_id: account })).toEqual(created);

  await indexes.create({
    account_id: account,
    name: "small",
    config: { dimensions: 2, metric: "euclidean" },
  });
  const listed = [];
  for await (const index of indexes.list({ account_id: account })) listed.push(index.name);
  expect(listed).toEqual(["preset", "small"]);

  const body = new File(
    [
      Array.from({ length: 5 }, (_, i) =>
        JSON.stringify({ id: `v${i}`, values: [i, 0], metadata: { i } }),
      ).join("\n"),
    ],
    "v.ndjson",
  );
  const { mutationId } = (await indexes.upsert("small", { account_id: account, body })) ?? {};
  expect(await indexes.info("small", { account_id: account })).toMatchObject({
    dimensions: 2,
    vectorCount: 5,
    processedUpToMutation: mutationId,
  });

  const answer = await indexes.query("small", {
    account_id: account,
    vector: [1.2, 0],
    topK: 2,
    returnValues: true,
    returnMetadata: "all",
  });
  expect(answer).toMatchObject({
    count: 2,
    matches: [{ id: "v1", values: [1, 0], metadata: { i: 1 } }, { id: "v2" }],
  });
  expect(answer?.matches?.[0]?.score).toBeCloseTo(0.2, 5);

  const first = await indexes.listVectors("small", { account_id: account, count: 3 });
  expect(first).toMatchObject({ count: 3, totalCount: 5, isTruncated: true });
  const rest = await indexes.listVectors("small", {
    account_id: account,
    count: 3,
    cursor: first?.nextCursor ?? "",
  });
  expect([...(first?.vectors ?? []), ...(rest?.vectors ?? [])].map((v) => v.id)).toEqual([
    "v0",
    "v1",
    "v2",
    "v3",
    "v4",
  ]);

  expect(await indexes.getByIDs("small", { account_id: account, ids: ["v4", "none"] })).toEqual([
    { id: "v4", values: [4, 0], metadata: { i: 4 } },
  ]);
  await indexes.deleteByIDs("small", { account_id: account, ids: ["v4"] });
  await expect(indexes.query("small", { account_id: account, vector: [1] })).rejects.toThrow(
    /40006.*expected 2 dimensions, and got 1 dimensions/,
  );
  await indexes.metadataIndex.create("small", {
    account_id: account,
    propertyName: "i",
    indexType: "number",
  });
  expect(await indexes.metadataIndex.list("small", { account_id: account })).toEqual({
    metadataIndexes: [{ propertyName: "i", indexType: "number" }],
  });
  await indexes.delete("small", { account_id: account });
  await expect(indexes.info("small", { account_id: account })).rejects.toThrow(
    /404.*vectorize.index.not_found/,
  );
});

test("names, shapes and bodies that Vectorize refuses are refused, and nothing is left of them", async () => {
  const base = `${embedded.api}/accounts/${account}/vectorize/v2/indexes`;
  const post = async (path: string, body: unknown, type = "application/json"): Promise<string> => {
    const response = await fetch(base + path, {
      method: "POST",
      headers: { authorization: `Bearer ${embedded.token}`, "content-type": type },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const { errors } = failure.parse(await response.json());
    return `${response.status} ${errors[0]?.code} ${errors[0]?.message}`;
  };
  const config = { dimensions: 2, metric: "cosine" };
  expect(await post("", { name: "Big", config })).toMatch(/^400 3003 .*"Big"/);
  expect(await post("", { name: "x".repeat(65), config })).toMatch(/^400 3003/);
  expect(await post("", { name: "many", config: { dimensions: 1537, metric: "cosine" } })).toMatch(
    /^400 7400 .*1536/,
  );
  expect(await post("", { name: "other", config: { preset: "nobody/nothing" } })).toMatch(/^400 7400/);
  expect(await post("", "{")).toMatch(/^400 6003/);

  const created = await Promise.all(Array.from({ length: 50 }, () => post("", { name: "race", config })));
  expect(created.filter((text) => text.startsWith("200")).length).toBe(1);
  expect(created.filter((text) => text.startsWith("409 3002")).length).toBe(49);

  expect(await post("/race/insert", '{"id":"a","values":[1,2]}\n{"id":"b"', "application/x-ndjson")).toMatch(
    /^400 40023 .*line 2/,
  );
  expect(
    await post("/race/metadata_index/create", "propertyName=x", "application/x-www-form-urlencoded"),
  ).toBe("400 40026 Expected request with `Content-Type: application/json`");
  expect(await post("/race/query", { vector: [1, 2], returnMetadata: true })).toMatch(/^400 40026/);
  expect((await client.vectorize.indexes.info("race", { account_id: account }))?.vectorCount).toBe(0);
});
