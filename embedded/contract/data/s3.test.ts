import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { spoolFolder } from "../../api/http/spool.ts";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

/** Amazon's own client, as people use it with R2: an endpoint, a token's id and the hash of its value. */
let embedded: Embedded;
let s3: S3Client;
let accountId = "";
const said: string[] = [];
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const clientFor = (token: string, account = accountId): S3Client =>
  new S3Client({
    region: "auto",
    endpoint: embedded.s3.replace("<account id>", account),
    credentials: { accessKeyId: sha256(token).slice(0, 32), secretAccessKey: sha256(token) },
    maxAttempts: 1,
  });
const clients: S3Client[] = [];
beforeAll(async () => {
  embedded = await startEmbedded({
    log: (line) => {
      said.push(line);
      logInternalErrors(line);
    },
  });
  accountId = embedded.accounts[0]?.id ?? "";
  s3 = clientFor(embedded.token);
  clients.push(s3);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await embedded.close();
});

let Bucket = "";
let count = 0;
beforeEach(async () => {
  Bucket = `shelf-${++count}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const put = (Key: string, Body: string | Buffer = Key, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string): Promise<string | undefined> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const api = (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${embedded.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });

describe("objects", () => {
  test("are put, headed and got with all that was said of them, and the API has the same bytes", async () => {
    const Key = "über/a b+c&d'(1)*~.txt";
    const { ETag } = await put(Key, "The tide is high.", {
      ContentType: "text/plain",
      CacheControl: "max-age=60",
      Metadata: { author: "ann" },
    });
    expect(ETag).toBe(`"${createHash("md5").update("The tide is high.").digest("hex")}"`);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({
      ContentLength: 17,
      ContentType: "text/plain",
      CacheControl: "max-age=60",
      Metadata: { author: "ann" },
      ETag,
    });
    expect(await text(Key)).toBe("The tide is high.");
    const key = Key.split("/").map(encodeURIComponent).join("/");
    const own = await api("GET", `/accounts/${accountId}/r2/buckets/${Bucket}/objects/${key}`);
    expect(await own.text()).toBe("The tide is high.");
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: "none" }))).rejects.toMatchObject({
      name: "NoSuchKey",
      $metadata: { httpStatusCode: 404 },
    });
  });

  test("are given in part, and only where conditions hold", async () => {
    const { ETag } = await put("a", "0123456789");
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "a", Range }));
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await range("bytes=2-4")).toEqual(["234", "bytes 2-4/10"]);
    expect(await range("bytes=7-")).toEqual(["789", "bytes 7-9/10"]);
    expect(await range("bytes=-2")).toEqual(["89", "bytes 8-9/10"]);
    await expect(range("bytes=10-")).rejects.toMatchObject({ name: "InvalidRange" });
    const get = (more: object) => s3.send(new GetObjectCommand({ Bucket, Key: "a", ...more }));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(get({ IfModifiedSince: new Date(Date.now() + 60_000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect((await get({ IfMatch: ETag })).ContentLength).toBe(10);
    await expect(put("a", "new", { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(put("a", "new", { IfMatch: '"other"' })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await put("a", "new", { IfMatch: ETag });
    expect(await text("a")).toBe("new");
  });

  test("come in a stream of chunks with a checksum behind them", async () => {
    const body = Buffer.alloc(300_000, "tide ");
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "streamed",
        Body: Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]),
        ContentLength: body.length,
      }),
    );
    expect(await text("streamed")).toBe(body.toString());
    expect(
      (await s3.send(new HeadObjectCommand({ Bucket, Key: "streamed" }))).ContentEncoding,
    ).toBeUndefined();
  });

  test("are copied, with their metadata or new metadata", async () => {
    await put("a b", "one", { ContentType: "text/plain" });
    const CopySource = encodeURIComponent(`${Bucket}/a b`);
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: "other",
        CopySource,
        MetadataDirective: "REPLACE",
        ContentType: "text/html",
      }),
    );
    expect(await text("copy")).toBe("one");
    const type = async (Key: string) => (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentType;
    expect([await type("copy"), await type("other")]).toEqual(["text/plain", "text/html"]);
    await expect(
      s3.send(new CopyObjectCommand({ Bucket, Key: "x", CopySource: `${Bucket}/none` })),
    ).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("are deleted one by one and many at once", async () => {
    for (const key of ["a", "b <&>", "c"]) await put(key);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "b <&>" }, { Key: "never there" }] } }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["b <&>", "never there"]);
    const left = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(left.Contents?.map(({ Key }) => Key)).toEqual(["c"]);
  });
});

test("a listing goes page by page, with prefixes and keys in order, in both versions of it", async () => {
  const keys = ["a/1", "a/2", "b", "c/1", "d & é", "e"];
  for (const key of keys) await put(key);
  const pages: (readonly string[])[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Delimiter: "/",
        MaxKeys: 2,
        ...(ContinuationToken && { ContinuationToken }),
      }),
    );
    pages.push([
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ""),
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ""),
    ]);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  expect(pages.flat().sort()).toEqual(["a/", "b", "c/", "d & é", "e"]);
  expect(pages.every((page) => page.length <= 2)).toBe(true);
  const first = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 4 }));
  expect([first.Contents?.map(({ Key }) => Key), first.IsTruncated]).toEqual([keys.slice(0, 4), true]);
  const rest = await s3.send(new ListObjectsCommand({ Bucket, Marker: "c/1", EncodingType: "url" }));
  expect(rest.Contents?.map(({ Key }) => decodeURIComponent(Key ?? ""))).toEqual(keys.slice(4));
  const below = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a/", StartAfter: "a/1" }));
  expect(below.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([["a/2", 3]]);
});

test("a large object is uploaded in parts, one of them copied, and is whole only when it is completed", async () => {
  const part = Buffer.alloc(5 * 1024 * 1024, "x");
  await put("source", part);
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key: "big", ContentType: "video/mp4" }),
  );
  const of = { Bucket, Key: "big", UploadId };
  const one = await s3.send(new UploadPartCommand({ ...of, PartNumber: 1, Body: part }));
  const two = await s3.send(
    new UploadPartCopyCommand({ ...of, PartNumber: 2, CopySource: `${Bucket}/source` }),
  );
  const three = await s3.send(new UploadPartCommand({ ...of, PartNumber: 3, Body: "end" }));
  const { Parts } = await s3.send(new ListPartsCommand(of));
  expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, part.length],
    [2, part.length],
    [3, 3],
  ]);
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads?.map(({ Key }) => Key)).toEqual(["big"]);
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "big" }))).rejects.toThrow();
  const complete = (parts: object[]) =>
    s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts: parts } }));
  await expect(
    complete([{ PartNumber: 1, ETag: '"0123456789abcdef0123456789abcdef"' }]),
  ).rejects.toMatchObject({
    name: "InvalidPart",
  });
  const done = await complete([
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
    { PartNumber: 3, ETag: three.ETag },
  ]);
  expect(done.ETag).toMatch(/^"[\da-f]{32}-3"$/);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "big" }));
  expect([head.ContentLength, head.ContentType]).toEqual([2 * part.length + 3, "video/mp4"]);
  await expect(complete([{ PartNumber: 1, ETag: one.ETag }])).rejects.toMatchObject({ name: "NoSuchUpload" });
  const other = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "given up" }));
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "given up", UploadId: other.UploadId }));
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
});

test("buckets are listed, located, and deleted when they are empty; the API knows them too", async () => {
  await put("a");
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(Bucket);
  await s3.send(new HeadBucketCommand({ Bucket }));
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe("weur");
  expect((await api("GET", `/accounts/${accountId}/r2/buckets/${Bucket}`)).status).toBe(200);
  await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: "BucketAlreadyOwnedByYou",
  });
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: "BucketNotEmpty",
  });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: "NoSuchBucket" });
});

describe("an address that was signed before", () => {
  test("puts and gets without a key, for as long as it says, and for nothing else", async () => {
    const up = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "a b" }), { expiresIn: 60 });
    expect((await fetch(up, { method: "PUT", body: "from a browser" })).status).toBe(200);
    const down = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "a b" }));
    expect(await (await fetch(down)).text()).toBe("from a browser");
    expect((await fetch(down, { method: "DELETE" })).status).toBe(403);
    const other = await fetch(down.replace("a%20b", "c"));
    expect([other.status, await other.text()]).toEqual([
      403,
      expect.stringContaining("SignatureDoesNotMatch"),
    ]);
    const late = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "a b" }), {
      expiresIn: 1,
      signingDate: new Date(Date.now() - 60_000),
    });
    expect(await (await fetch(late)).text()).toContain("<Code>ExpiredRequest</Code>");
  });

  test("is used from a page of another origin where the bucket's CORS allows it", async () => {
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "a" }));
    const ask = (origin: string) =>
      fetch(put, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "PUT",
          "access-control-request-headers": "content-type",
        },
      });
    expect((await ask("https://app.example.com")).status).toBe(403);
    await api("PUT", `/accounts/${accountId}/r2/buckets/${Bucket}/cors`, {
      rules: [
        {
          allowed: { origins: ["https://*.example.com"], methods: ["PUT"], headers: ["content-type"] },
          maxAgeSeconds: 60,
        },
      ],
    });
    const allowed = await ask("https://app.example.com");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(allowed.headers.get("access-control-allow-headers")).toBe("content-type");
    expect((await ask("https://app.example.org")).status).toBe(403);
    const done = await fetch(put, {
      method: "PUT",
      body: "x",
      headers: { origin: "https://app.example.com" },
    });
    expect([done.status, done.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://app.example.com",
    ]);
  });
});

describe("who may not", () => {
  test("a wrong secret, an unknown key, another account and a token that may only read are told so", async () => {
    const with_ = (accessKeyId: string, secretAccessKey: string): S3Client => {
      const client = new S3Client({
        region: "auto",
        endpoint: embedded.s3.replace("<account id>", accountId),
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
      });
      clients.push(client);
      return client;
    };
    const id = sha256(embedded.token).slice(0, 32);
    const list = (client: S3Client) => client.send(new ListBucketsCommand({}));
    await expect(list(with_(id, sha256("wrong")))).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    await expect(list(with_("0".repeat(32), sha256("wrong")))).rejects.toMatchObject({
      name: "Unauthorized",
    });
    const groups = await (await api("GET", "/user/tokens/permission_groups")).text();
    const { result } = JSON.parse(groups);
    const readOnly = result.find(({ name }: { name: string }) => name === "Workers R2 Storage Read");
    const made = await api("POST", "/user/tokens", {
      name: "reader",
      policies: [
        {
          effect: "allow",
          resources: { [`com.cloudflare.api.account.${accountId}`]: "*" },
          permission_groups: [{ id: readOnly.id }],
        },
      ],
    });
    const { value } = JSON.parse(await made.text()).result;
    const reader = clientFor(value);
    const elsewhere = clientFor(value, embedded.accounts[1]?.id);
    clients.push(reader, elsewhere);
    await put("a");
    expect((await reader.send(new GetObjectCommand({ Bucket, Key: "a" }))).ContentLength).toBe(1);
    await expect(reader.send(new PutObjectCommand({ Bucket, Key: "b", Body: "x" }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    await expect(list(elsewhere)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("an object under a lock is neither deleted nor written over", async () => {
    await put("invoices/1");
    await api("PUT", `/accounts/${accountId}/r2/buckets/${Bucket}/lock`, {
      rules: [
        { id: "a", enabled: true, prefix: "invoices/", condition: { type: "Age", maxAgeSeconds: 3_600 } },
      ],
    });
    for (const Key of ["invoices/1"]) {
      await expect(s3.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
        name: "ObjectLockedByBucketPolicy",
      });
      await expect(put(Key, "other")).rejects.toMatchObject({ name: "ObjectLockedByBucketPolicy" });
    }
    await put("invoices/2");
    await put("drafts/1");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "drafts/1" }));
  });
});

test("the bucket may be a part of the host, as at Cloudflare", async () => {
  await put("a", "by host");
  const host = `${Bucket}.${accountId}.r2.localhost:${new URL(embedded.api).port}`;
  const client = new S3Client({
    region: "auto",
    endpoint: `http://${host.slice(Bucket.length + 1)}`,
    credentials: {
      accessKeyId: sha256(embedded.token).slice(0, 32),
      secretAccessKey: sha256(embedded.token),
    },
  });
  clients.push(client);
  const signed = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a" })));
  expect(signed.host).toBe(host);
  // Not every machine resolves names under localhost: the connection goes to the address, the host is only said.
  const answer = await new Promise<string>((resolve, reject) => {
    httpRequest(
      { host: "127.0.0.1", port: signed.port, path: signed.pathname + signed.search, headers: { host } },
      (response) => {
        response.setEncoding("utf8");
        let all = "";
        response.on("data", (chunk: string) => {
          all += chunk;
        });
        response.on("end", () => resolve(all));
      },
    )
      .on("error", reject)
      .end();
  });
  expect(answer).toBe("by host");
});

test("who leaves in the middle of an object leaves none, and is no error of this side", async () => {
  const spool = spoolFolder(embedded.dataDir);
  const up = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "half", ContentLength: 1_000_000 }));
  const sent = httpRequest(up, { method: "PUT", headers: { "content-length": "1000000" }, agent: false });
  sent.on("error", () => undefined).write(Buffer.alloc(500_000));
  await expect.poll(() => readdirSync(spool)).toHaveLength(1);
  sent.destroy();
  await expect.poll(() => readdirSync(spool)).toEqual([]);
  await expect(text("half")).rejects.toMatchObject({ name: "NoSuchKey" });
  expect(said.filter((line) => line.startsWith("s3: "))).toEqual([]);
});
