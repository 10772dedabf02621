import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { z } from "zod";
import { encoded, signed } from "./sign.ts";

const credentials = { accessKeyId: "a".repeat(32), secret: "b".repeat(64) };
const host = `${"0".repeat(32)}.r2.cloudflarestorage.com`;
const sent = z.object({
  method: z.enum(["GET", "PUT"]),
  path: z.string(),
  query: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()),
});

/** The same object, so that what is set in it is sent. */
const withHeaders = z.custom<{ readonly headers: Record<string, string> }>(
  (value) => typeof value === "object" && value !== null && "headers" in value,
);

/** What Amazon's client would have sent, without sending it. */
async function amazons(command: PutObjectCommand | ListObjectsV2Command): Promise<z.infer<typeof sent>> {
  let found: unknown;
  const client = new S3Client({
    region: "auto",
    endpoint: `https://${host}`,
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secret },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  client.middlewareStack.add(
    (next) => (given) => {
      const request = withHeaders.parse(given.request);
      request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
      return next(given);
    },
    { step: "build" },
  );
  client.middlewareStack.add(
    () => (given) => {
      found = given.request;
      throw new Error("not sent");
    },
    { step: "finalizeRequest", priority: "low" },
  );
  const sending = command instanceof PutObjectCommand ? client.send(command) : client.send(command);
  await expect(sending).rejects.toThrow("not sent");
  client.destroy();
  return sent.parse(found);
}

test.each([
  ["a list with a prefix", new ListObjectsV2Command({ Bucket: "shelf", Prefix: "cloudflare/prod/a b+c" })],
  [
    "an object that must not be there",
    new PutObjectCommand({ Bucket: "shelf", Key: "prod/a (1)!*'.age", Body: "rows", IfNoneMatch: "*" }),
  ],
])("%s has the signature that Amazon's own client makes", async (_, command) => {
  const { method, path, query, headers } = await amazons(command);
  const names = /SignedHeaders=([^,]+)/.exec(headers["authorization"] ?? "")?.[1]?.split(";") ?? [];
  const own = ["host", "x-amz-content-sha256", "x-amz-date"];
  const more = names.filter((name) => !own.includes(name)).map((name) => [name, headers[name] ?? ""]);
  const at = (headers["x-amz-date"] ?? "").replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const unsigned = { method, host, path: encodedPath(path), query, headers: Object.fromEntries(more) };
  expect(signed(unsigned, credentials, new Date(at))["authorization"]).toBe(headers["authorization"]);
});

/** A path as it is sent. */
const encodedPath = (path: string): string =>
  path
    .split("/")
    .map((part) => encoded(decodeURIComponent(part)))
    .join("/");
