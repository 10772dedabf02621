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
  test("does all that it can do with a bucket", async () => {
    const client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
    const scope = { account_id: embedded.accounts[1]?.id ?? "" };
    const { buckets } = client.r2;
    const eu = { ...scope, "cf-r2-jurisdiction": "eu" as const };
    await buckets.create({ ...scope, name: "shared", locationHint: "enam" });
    expect(await buckets.create({ ...eu, name: "shared" })).toMatchObject({ jurisdiction: "eu" });
    expect(await buckets.get("shared", scope)).toMatchObject({
      location: "enam",
      storage_class: "Standard",
      jurisdiction: "default",
    });
    expect((await buckets.list(scope)).buckets?.map((b) => b.name)).toEqual(["shared"]);
    await buckets.edit("shared", { ...scope, storage_class: "InfrequentAccess" });
    expect((await buckets.get("shared", scope)).storage_class).toBe("InfrequentAccess");

    for (const key of ["a/1", "a/2", "b/1", "c"])
      await buckets.objects.upload(key, Buffer.from(key), { ...scope, bucket_name: "shared" });
    const keys = [];
    for await (const object of buckets.objects.list("shared", { ...scope, per_page: 3 }))
      keys.push(object.key);
    expect(keys).toEqual(["a/1", "a/2", "b/1", "c"]);
    const got = await buckets.objects.get("a/2", { ...scope, bucket_name: "shared" });
    expect(await got.text()).toBe("a/2");
    await buckets.cors.update("shared", {
      ...scope,
      rules: [{ allowed: { methods: ["GET"], origins: ["*"] }, maxAgeSeconds: 60 }],
    });
    expect(await buckets.cors.get("shared", scope)).toEqual({
      rules: [{ allowed: { methods: ["GET"], origins: ["*"] }, maxAgeSeconds: 60 }],
    });
    await buckets.cors.delete("shared", scope);
    await expect(buckets.cors.get("shared", scope)).rejects.toMatchObject({ status: 404 });
    const lifecycle = [
      {
        id: "old",
        enabled: true,
        conditions: { prefix: "a/" },
        deleteObjectsTransition: { condition: { type: "Age" as const, maxAge: 86400 } },
      },
    ];
    await buckets.lifecycle.update("shared", { ...scope, rules: lifecycle });
    expect(await buckets.lifecycle.get("shared", scope)).toEqual({ rules: lifecycle });
    const locks = [{ id: "keep", enabled: true, condition: { type: "Age" as const, maxAgeSeconds: 60 } }];
    await buckets.locks.update("shared", { ...scope, rules: locks });
    expect(await buckets.locks.get("shared", scope)).toEqual({ rules: locks });

    const domain = await buckets.domains.custom.create("shared", {
      ...scope,
      domain: "files.example.com",
      zoneId: "z",
      enabled: true,
    });
    expect(domain).toMatchObject({
      domain: "files.example.com",
      zoneName: "example.com",
      status: { ownership: "active", ssl: "active" },
    });
    expect(domain).not.toHaveProperty("minTLS");
    await buckets.domains.custom.update("files.example.com", {
      ...scope,
      bucket_name: "shared",
      minTLS: "1.2",
    });
    expect((await buckets.domains.custom.list("shared", scope)).domains).toMatchObject([
      { minTLS: "1.2", enabled: true },
    ]);
    expect(await buckets.domains.managed.update("shared", { ...scope, enabled: true })).toMatchObject({
      enabled: true,
    });

    const queue = await client.queues.create({ ...scope, queue_name: "uploads" });
    const rules = [{ actions: ["PutObject" as const], prefix: "a/" }];
    await buckets.eventNotifications.update(queue.queue_id ?? "", { ...scope, bucket_name: "shared", rules });
    expect(await buckets.eventNotifications.list("shared", scope)).toMatchObject({
      bucketName: "shared",
      queues: [{ queueName: "uploads", rules }],
    });
    const again = buckets.eventNotifications.update(queue.queue_id ?? "", {
      ...scope,
      bucket_name: "shared",
      rules,
    });
    await expect(again).rejects.toMatchObject({ status: 400 });
    await expect(buckets.delete("shared", scope)).rejects.toMatchObject({
      status: 409,
      errors: [{ code: 10008 }],
    });
    await buckets.eventNotifications.delete(queue.queue_id ?? "", { ...scope, bucket_name: "shared" });
    await expect(
      buckets.objects.delete(keys[0] ?? "", { ...scope, bucket_name: "shared" }),
    ).rejects.toMatchObject({ status: 403, errors: [{ code: 10069 }] });
    await buckets.locks.update("shared", { ...scope, rules: [] });
    for (const key of keys) await buckets.objects.delete(key ?? "", { ...scope, bucket_name: "shared" });
    await buckets.delete("shared", scope);
    await expect(buckets.get("shared", scope)).rejects.toMatchObject({
      status: 404,
      errors: [{ code: 10006 }],
    });
    expect((await buckets.get("shared", eu)).name).toBe("shared");
  });
});
