import { createHash, createHmac } from "node:crypto";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Answer, call } from "../testing/call.ts";

/** The official client makes credentials and counts; Amazon's uses what it made. */
let embedded: Embedded;
let cloudflare: Cloudflare;
let account_id = "";
const bucket = "shelf";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const clients: S3Client[] = [];

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account_id = embedded.accounts[0]?.id ?? "";
  cloudflare = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  await cloudflare.r2.buckets.create({ account_id, name: bucket });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await embedded.close();
});

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
function s3With(credentials: Credentials): S3Client {
  const endpoint = embedded.s3.replace("<account id>", account_id);
  const client = new S3Client({ region: "auto", endpoint, credentials, maxAttempts: 1 });
  clients.push(client);
  return client;
}

const parentOf = (token: string): Credentials => ({
  accessKeyId: sha256(token).slice(0, 32),
  secretAccessKey: sha256(token),
});
const put = (s3: S3Client, Key: string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `of ${Key}` }));
const get = (s3: S3Client, Key: string) => s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
const list = (s3: S3Client, Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

type Asked = Parameters<Cloudflare["r2"]["temporaryCredentials"]["create"]>[0];
async function temporary(asked: Partial<Asked>): Promise<Required<Credentials>> {
  const made = await cloudflare.r2.temporaryCredentials.create({
    account_id,
    bucket,
    parentAccessKeyId: parentOf(embedded.token).accessKeyId,
    permission: "object-read-write",
    ttlSeconds: 900,
    ...asked,
  });
  const { accessKeyId = "", secretAccessKey = "", sessionToken = "" } = made;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Credentials as clients make them without the API: Cloudflare's guide, step by step. */
function signedByClient(token: string, claims: object): Required<Credentials> {
  const { accessKeyId, secretAccessKey: secret } = parentOf(token);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const all = { bucket, sub: account_id, iss: accessKeyId, aud: "x.r2.cloudflarestorage.com", ...claims };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(all)}`;
  const jwt = `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  return {
    accessKeyId,
    secretAccessKey: sha256(jwt),
    sessionToken: Buffer.from(`jwt/${jwt}`).toString("base64"),
  };
}
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

describe("temporary credentials", () => {
  test("read and write in their bucket, and nowhere else", async () => {
    const own = s3With(parentOf(embedded.token));
    await own.send(new CreateBucketCommand({ Bucket: "other" }));
    await own.send(new PutObjectCommand({ Bucket: "other", Key: "a", Body: "x" }));
    const s3 = s3With(await temporary({}));
    await put(s3, "a");
    expect(await (await get(s3, "a")).Body?.transformToString()).toBe("of a");
    const elsewhere = [
      () => s3.send(new ListBucketsCommand({})),
      () => s3.send(new ListObjectsV2Command({ Bucket: "other" })),
      () => s3.send(new CreateBucketCommand({ Bucket: "third" })),
      () => s3.send(new CopyObjectCommand({ Bucket: bucket, Key: "stolen", CopySource: "other/a" })),
    ];
    for (const each of elsewhere) await expect(each()).rejects.toMatchObject(denied);
    const address = await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: "a" }));
    expect(await (await fetch(address)).text()).toBe("of a");
  });

  test("that only read do not write", async () => {
    const s3 = s3With(await temporary({ permission: "object-read-only" }));
    expect((await get(s3, "a")).ContentLength).toBe(4);
    await expect(put(s3, "b")).rejects.toMatchObject(denied);
    await expect(
      s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "b" })),
    ).rejects.toMatchObject(denied);
  });

  test("for some keys are good for those alone", async () => {
    const own = s3With(parentOf(embedded.token));
    for (const key of ["mine/1", "mine/2", "shared.json", "yours/1"]) await put(own, key);
    const s3 = s3With(await temporary({ prefixes: ["mine/"], objects: ["shared.json"] }));
    expect((await get(s3, "mine/1")).ContentLength).toBe(9);
    expect((await get(s3, "shared.json")).ContentLength).toBe(14);
    expect((await list(s3, "mine/")).Contents?.map(({ Key }) => Key)).toEqual(["mine/1", "mine/2"]);
    const beyond = [() => get(s3, "yours/1"), () => put(s3, "b"), () => list(s3, ""), () => list(s3, "m")];
    for (const each of beyond) await expect(each()).rejects.toMatchObject(denied);
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: [{ Key: "mine/2" }, { Key: "yours/1" }] },
      }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["mine/2"]);
    expect(Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([["yours/1", "AccessDenied"]]);
  });

  test("that a client signed itself are taken, with the actions they name", async () => {
    const claims = { scope: "object-read-only", actions: ["GetObject", "PutObject"], exp: inSeconds(60) };
    const s3 = s3With(signedByClient(embedded.token, claims));
    expect((await get(s3, "a")).ContentLength).toBe(4);
    await expect(list(s3, "")).rejects.toMatchObject(denied);
    await expect(put(s3, "b")).rejects.toMatchObject(denied); // named, and beyond the scope
  });

  test("are refused when their time is over, and when anything about them is another's", async () => {
    const scope = { scope: "object-read-write" };
    const expired = s3With(signedByClient(embedded.token, { ...scope, exp: inSeconds(-1) }));
    await expect(get(expired, "a")).rejects.toMatchObject({ name: "ExpiredToken" });
    const good = signedByClient(embedded.token, { ...scope, exp: inSeconds(60) });
    const wrong: readonly Credentials[] = [
      { ...good, secretAccessKey: parentOf(embedded.token).secretAccessKey },
      { ...good, sessionToken: "x" },
      { ...good, sessionToken: (await temporary({})).sessionToken },
      signedByClient(embedded.token, { ...scope, exp: inSeconds(60), sub: embedded.accounts[1]?.id }),
      signedByClient(embedded.token, { ...scope, exp: inSeconds(60), iss: "0".repeat(32) }),
      signedByClient(embedded.token, { exp: inSeconds(60) }),
      { ...signedByClient("nobody's", { ...scope, exp: inSeconds(60) }), accessKeyId: good.accessKeyId },
    ];
    for (const credentials of wrong)
      await expect(get(s3With(credentials), "a")).rejects.toMatchObject({
        name: expect.stringMatching(/^(Unauthorized|SignatureDoesNotMatch)$/),
      });
  });

  test("never exceed the token they come from, and end with it", async () => {
    const created = await call(embedded, "POST", "/user/tokens", {
      name: "reader",
      policies: [
        {
          effect: "allow",
          resources: { [`com.cloudflare.api.account.${account_id}`]: "*" },
          permission_groups: [{ name: "Workers R2 Storage Read" }],
        },
      ],
    });
    const parentAccessKeyId = String(created.result["id"]);
    const s3 = s3With(await temporary({ parentAccessKeyId, permission: "admin-read-write" }));
    expect((await get(s3, "a")).ContentLength).toBe(4);
    await expect(put(s3, "b")).rejects.toMatchObject(denied);
    await call(embedded, "DELETE", `/user/tokens/${parentAccessKeyId}`);
    await expect(get(s3, "a")).rejects.toMatchObject({ name: "Unauthorized" });
  });

  test("are not made of what is malformed", async () => {
    for (const asked of [{ ttlSeconds: 0 }, { ttlSeconds: 604_801 }, { bucket: "" }, { prefixes: [""] }])
      await expect(temporary(asked)).rejects.toMatchObject({ status: 400 });
    await expect(temporary({ parentAccessKeyId: "0".repeat(32) })).rejects.toMatchObject({ status: 400 });
    await expect(temporary({ bucket: "nothing" })).rejects.toMatchObject({ status: 404 });
  });
});

describe("many objects at once", () => {
  const path = (): string => `/accounts/${account_id}/r2/buckets/${bucket}/objects`;
  const remove = (body?: unknown, query = ""): Promise<Answer> =>
    call(embedded, "DELETE", `${path()}${query}`, body === undefined ? undefined : JSON.stringify(body));
  const keys = async (): Promise<readonly (string | undefined)[]> =>
    (await list(s3With(parentOf(embedded.token)), "")).Contents?.map(({ Key }) => Key) ?? [];

  test("are deleted by their keys, by a beginning, or all", async () => {
    const own = s3With(parentOf(embedded.token));
    await remove(undefined, "?prefix=");
    expect(await keys()).toEqual([]);
    for (const key of ["1", "2", "3", "log/1", "log/2", "ä"]) await put(own, key);
    expect((await remove(["1", "ä", "never there"])).list).toEqual([
      { key: "1" },
      { key: "ä" },
      { key: "never there" },
    ]);
    expect((await remove(undefined, "?prefix=log/")).success).toBe(true);
    expect(await keys()).toEqual(["2", "3"]);
  });

  test("are all kept where the request is not clear, or one of them is locked", async () => {
    for (const body of [undefined, [], {}, [1], [""], "2", Array(1_001).fill("2")])
      expect(await remove(body)).toMatchObject({ status: 400, success: false });
    expect(await remove(["2"], "?prefix=3")).toMatchObject({ status: 400 });
    await cloudflare.r2.buckets.locks.update(bucket, {
      account_id,
      rules: [{ id: "a", enabled: true, prefix: "3", condition: { type: "Age", maxAgeSeconds: 3_600 } }],
    });
    expect(await remove(["2", "3"])).toMatchObject({ status: 403, code: 10069 });
    expect(await keys()).toEqual(["2", "3"]);
  });

  test("are counted with their bytes, in all buckets of the account", async () => {
    await cloudflare.r2.buckets.create({ account_id, name: "cold", storageClass: "InfrequentAccess" });
    const own = s3With(parentOf(embedded.token));
    await own.send(new PutObjectCommand({ Bucket: "cold", Key: "k", Body: "12345" }));
    await own.send(new CreateMultipartUploadCommand({ Bucket: "cold", Key: "large" }));
    expect(await cloudflare.r2.buckets.metrics.list({ account_id })).toEqual({
      standard: {
        published: { objects: 3, payloadSize: 4 + 4 + 1, metadataSize: expect.any(Number) },
        uploaded: { objects: 0, payloadSize: 0, metadataSize: 0 },
      },
      infrequentAccess: {
        published: { objects: 1, payloadSize: 5, metadataSize: expect.any(Number) },
        uploaded: { objects: 1, payloadSize: 0, metadataSize: 5 },
      },
    });
  });
});
