import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkedBody } from "./body.ts";
import { hmac, type Signed } from "./credentials/signature.ts";

/** Amazon's own example of a body that is signed chunk by chunk, with its keys, chunks and signatures. */
const scope = "20130524/us-east-1/s3/aws4_request";
const signed: Signed = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  date: "20130524T000000Z",
  scope,
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  signingKey: scope
    .split("/")
    .reduce<Buffer>(
      (key, part) => hmac(key, part),
      Buffer.from("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ),
};
/** In pieces of many sizes, as a socket gives them. */
async function* pieces(raw: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0, size = 1; at < raw.length; at += size, size = (size * 7 + 3) % 4_001)
    yield raw.subarray(at, at + size);
}
async function checked(raw: Buffer, of: Signed, headers: Record<string, string>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of checkedBody(pieces(raw), of, headers)) all.push(piece);
  return Buffer.concat(all).toString();
}

const chunk = (body: string, signature: string): string =>
  `${body.length.toString(16)};chunk-signature=${signature}\r\n${body}\r\n`;
const example = (first: string): Buffer =>
  Buffer.from(
    chunk(first, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") +
      chunk("a".repeat(1_024), "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497") +
      chunk("", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
  );

describe("a body in signed chunks", () => {
  test("is what the chunks hold", async () => {
    const headers = { "x-amz-decoded-content-length": "66560" };
    expect(await checked(example("a".repeat(65_536)), signed, headers)).toBe("a".repeat(66_560));
  });

  test("is refused where one byte is another, where it is cut off, and where its length is another", async () => {
    const changed = example(`b${"a".repeat(65_535)}`);
    await expect(checked(changed, signed, {})).rejects.toThrow("The signature of a chunk does not match");
    const whole = example("a".repeat(65_536));
    for (const length of [0, 1, 100, 66_000, whole.length - 100])
      await expect(checked(whole.subarray(0, length), signed, {}), String(length)).rejects.toThrow(
        "number of bytes",
      );
    await expect(checked(whole, signed, { "x-amz-decoded-content-length": "1" })).rejects.toThrow(
      "number of bytes",
    );
    for (const nonsense of ["zz\r\n", "-1\r\n", "x".repeat(100_000), "ffffffffffffffff\r\n"])
      await expect(checked(Buffer.from(nonsense), signed, {})).rejects.toThrow("number of bytes");
  });
});

describe("a body in chunks that are not signed", () => {
  const unsigned = { ...signed, payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32("tide"));
  const sent = (text: string): Buffer =>
    Buffer.from(
      `${text.length.toString(16)}\r\n${text}\r\n0\r\nx-amz-checksum-crc32:${checksum.toString("base64")}\r\n\r\n`,
    );

  test("is held against the checksum that follows it, announced or not", async () => {
    for (const headers of [{}, { "x-amz-trailer": "x-amz-checksum-crc32" }]) {
      expect(await checked(sent("tide"), unsigned, headers)).toBe("tide");
      await expect(checked(sent("tidy"), unsigned, headers)).rejects.toThrow(
        "x-amz-checksum-crc32 you specified did not match",
      );
    }
  });
});

test("a body is held against the hash that was signed", async () => {
  await expect(checked(Buffer.from("a"), { ...signed, payload: "0".repeat(64) }, {})).rejects.toThrow(
    "does not match what was computed",
  );
});
