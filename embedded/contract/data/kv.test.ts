import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

let embedded: Embedded;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(async () => {
  await embedded.close();
});

describe("the official client", () => {
  test("does all that it can do with a namespace", async () => {
    const client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
    const scope = { account_id: embedded.accounts[1]?.id ?? "" };
    const { namespaces } = client.kv;
    const { id } = await namespaces.create({ ...scope, title: "first" });
    await expect(namespaces.create({ ...scope, title: "first" })).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 10014 }],
    });
    const other = await namespaces.create({ ...scope, title: "second" });
    await expect(namespaces.update(other.id, { ...scope, title: "first" })).rejects.toMatchObject({
      errors: [{ code: 10014 }],
    });
    expect(await namespaces.update(id, { ...scope, title: "renamed" })).toMatchObject({
      id,
      title: "renamed",
    });
    const titles = [];
    for await (const namespace of namespaces.list({
      ...scope,
      per_page: 1,
      order: "title",
      direction: "desc",
    }))
      titles.push(namespace.title);
    expect(titles).toEqual(["second", "renamed"]);

    const at = { ...scope, namespace_id: id };
    await namespaces.values.update("a/b", { ...at, value: "v", metadata: '{"ä":1}' });
    expect(await (await namespaces.values.get("a/b", at)).text()).toBe("v");
    expect(await namespaces.metadata.get("a/b", at)).toEqual({ ä: 1 });
    const body = Array.from({ length: 25 }, (_, n) => ({
      key: `k${String(n).padStart(2, "0")}`,
      value: Buffer.from(`v${n}`).toString("base64"),
      base64: true,
    }));
    expect(await namespaces.bulkUpdate(id, { ...scope, body })).toMatchObject({ successful_key_count: 25 });
    const names = [];
    for await (const key of namespaces.keys.list(id, { ...scope, limit: 10, prefix: "k" }))
      names.push(key.name);
    expect(names).toEqual(body.map(({ key }) => key));
    expect(await namespaces.bulkGet(id, { ...scope, keys: ["k07", "none"] })).toEqual({
      values: { k07: "v7", none: null },
    });
    await namespaces.bulkDelete(id, { ...scope, body: names });
    await namespaces.values.delete("a/b", at);
    await expect(namespaces.values.get("a/b", at)).rejects.toMatchObject({ status: 404 });
    await namespaces.delete(id, scope);
    await expect(namespaces.get(id, scope)).rejects.toMatchObject({ status: 404, errors: [{ code: 10013 }] });
  });
});
