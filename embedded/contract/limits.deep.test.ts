import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "../api/services.ts";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { call } from "./testing/call.ts";

let embedded: Embedded;
let a: string;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

const mebibyte = 1024 * 1024;

/** Sends so many bytes, with or without saying how many before; gives the answer's status and first error. */
function send(
  method: string,
  path: string,
  bytes: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port, pathname } = new URL(embedded.api);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      agent: false, // what was announced and not sent would be the next request's beginning
      host: hostname,
      port,
      method,
      path: pathname + path,
      headers: { authorization: `Bearer ${embedded.token}`, ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text });
        sent.destroy();
      });
    });
    const piece = Buffer.alloc(mebibyte, "x");
    let left = bytes;
    const more = (): void => {
      while (left > 0 && !sent.destroyed) {
        left -= piece.length;
        if (!sent.write(piece)) return void sent.once("drain", more);
      }
      sent.end();
    };
    more();
  });
}

test("a value that is too large is refused before its first byte, and at the byte that is too much, and is never in memory", async () => {
  const { result } = await call(embedded, "POST", `${a}/storage/kv/namespaces`, { title: "big" });
  const path = `${a}/storage/kv/namespaces/${String(result["id"])}/values/k`;
  const announced = await send("PUT", path, 0, { "content-length": String(500 * mebibyte) });
  expect(announced.status).toBe(413);
  expect(announced.text).toContain(`Value length of ${500 * mebibyte} exceeds limit of 26214400.`);
  const before = process.memoryUsage().rss;
  const streamed = await send("PUT", path, 200 * mebibyte);
  expect(streamed.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(120 * mebibyte);
  expect((await send("PUT", path, 25 * mebibyte)).status).toBe(200);
});

test("an object goes to its bucket by way of a file, which is gone afterwards", async () => {
  await call(embedded, "POST", `${a}/r2/buckets`, { name: "large" });
  const path = `${a}/r2/buckets/large/objects/k`;
  const kept = await send("PUT", path, 64 * mebibyte);
  expect(kept.status).toBe(200);
  expect(JSON.parse(kept.text).result.size).toBe(String(64 * mebibyte));
  const refused = await send("PUT", path, 0, { "content-length": String(301 * mebibyte) });
  expect(refused.status).toBe(413);
  expect(readdirSync(join(embedded.dataDir, "spool"))).toEqual([]);
});

test("an S3 client puts, gets and copies at once what is larger than the API takes, and none of it is in memory whole", async () => {
  const token = createHash("sha256").update(embedded.token).digest("hex");
  const s3 = new S3Client({
    region: "auto",
    endpoint: embedded.s3.replace("<account id>", embedded.accounts[0]?.id ?? ""),
    credentials: { accessKeyId: token.slice(0, 32), secretAccessKey: token },
    requestChecksumCalculation: "WHEN_REQUIRED",
    maxAttempts: 1,
  });
  await s3.send(new CreateBucketCommand({ Bucket: "huge" }));
  const piece = Buffer.alloc(mebibyte, "x");
  const ContentLength = 320 * mebibyte;
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const Body = Readable.from(Array(320).fill(piece));
  await s3.send(new PutObjectCommand({ Bucket: "huge", Key: "k", Body, ContentLength }));
  await s3.send(new CopyObjectCommand({ Bucket: "huge", Key: "copy", CopySource: "huge/k" }));
  const { Body: got } = await s3.send(new GetObjectCommand({ Bucket: "huge", Key: "copy" }));
  let bytes = 0;
  if (got instanceof Readable) for await (const part of got) bytes += part.length;
  expect(bytes).toBe(ContentLength);
  clearInterval(watch);
  expect(most - before).toBeLessThan(200 * mebibyte);
  const address = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "huge", Key: "k" }));
  const { pathname, search } = new URL(address);
  const said = { "content-length": String(6 * 1024 * mebibyte), host: new URL(address).host };
  const refused = await new Promise<number>((resolve, reject) => {
    const sent = httpRequest(
      {
        agent: false,
        host: "127.0.0.1",
        port: new URL(address).port,
        method: "PUT",
        path: pathname + search,
        headers: said,
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      },
    );
    sent.on("error", reject).flushHeaders();
  });
  expect(refused).toBe(400);
  expect(readdirSync(join(embedded.dataDir, "spool"))).toEqual([]);
  s3.destroy();
}, 240_000);

test("an upload of fifty thousand modules is refused at once", async () => {
  const form = Array.from(
    { length: 50_000 },
    (_, i) => `--b\r\nContent-Disposition: form-data; name="m${i}.js"; filename="m${i}.js"\r\n\r\nx\r\n`,
  ).join("");
  const before = process.cpuUsage();
  const refused = await call(embedded, "PUT", `${a}/workers/scripts/many`, `${form}--b--\r\n`, {
    headers: { "content-type": "multipart/form-data; boundary=b" },
  });
  expect(refused).toMatchObject({ status: 400, code: 10001 });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(3_000); // of work: on a loaded machine the waiting takes longer than that
});

test("JSON a hundred thousand deep is a mistake in every call, and ends nothing", async () => {
  const deep = [
    "[".repeat(100_000) + "]".repeat(100_000),
    `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
    `{"name":"x","params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  ];
  const wrong: string[] = [];
  for (const { method, path, auth } of services.flatMap(({ routes }) => routes)) {
    if (method === "GET" || method === "HEAD" || method === "DELETE" || auth !== undefined) continue;
    const at = path.replace(":account", embedded.accounts[0]?.id ?? "").replace(/:\w+\+?/g, "x");
    for (const body of deep) {
      const { status } = await fetch(
        path.startsWith("/v1/") ? new URL(at, embedded.api) : embedded.api + at,
        {
          method,
          body,
          headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
        },
      );
      if (status >= 500) wrong.push(`${method} ${path}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
  expect((await call(embedded, "GET", a)).status).toBe(200);
});
