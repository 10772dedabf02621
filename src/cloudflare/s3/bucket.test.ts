import { createServer, type ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../diagnostic/user-error.ts";
import { listening } from "../testing/listening.ts";
import { ask, type Bucket, BucketError } from "./bucket.ts";

interface Place {
  readonly bucket: Bucket;
  /** What was sent, request by request. */
  readonly got: string[];
  readonly waits: number[];
}

/** A bucket whose S3 API gives these answers in turn: a status, or a connection that is closed. */
async function answering(...answers: readonly (number | "closed")[]): Promise<Place> {
  const got: string[] = [];
  const waits: number[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    try {
      for await (const part of request) text += String(part);
    } catch {
      return; // it was not sent to its end
    }
    const answer = answers[got.push(text) - 1] ?? 200;
    if (answer === "closed") request.socket.destroy();
    else said(response, answer);
  });
  const { url, close } = await listening(server);
  onTestFinished(close);
  const endpoint = (): URL => new URL(url);
  const s3 = { accessKeyId: "id", secret: "secret", endpoint };
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  return { bucket: { s3, name: "b", jurisdiction: "default", wait }, got, waits };
}

const said = (response: ServerResponse, status: number): unknown =>
  response
    .writeHead(status)
    .end(status < 300 ? "" : `<Error><Code>C${status}</Code><Message>m</Message></Error>`);

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("ab");
  yield Buffer.from("cd");
}
const put = { method: "PUT", key: "k" } as const;
const body = () => ({ bytes: 4, parts: bytes() });

test("what R2 says for a moment alone is asked again, with all of its bytes", async () => {
  const { bucket, got, waits } = await answering(500, "closed", 503, 429);
  expect((await ask(bucket, put, body)).status).toBe(200);
  expect(got).toEqual(Array.from({ length: 5 }, () => "abcd"));
  expect(waits).toEqual([500, 1000, 2000, 4000]);
});

test("what R2 means is said at once, and what it says five times too", async () => {
  for (const [status, times] of [
    [403, 1],
    [501, 1],
    [500, 5],
  ] as const) {
    const { bucket, got } = await answering(...Array.from({ length: 9 }, () => status));
    await expect(ask(bucket, put, body)).rejects.toMatchObject({ status, code: `C${status}` });
    expect(got).toHaveLength(times);
  }
  const { bucket, got } = await answering(...Array.from({ length: 9 }, () => "closed" as const));
  await expect(ask(bucket, put, body)).rejects.toBeInstanceOf(BucketError);
  expect(got).toHaveLength(5);
});

test("bytes that cannot be read are no fault of R2: their own error comes out, and nothing is asked again", async () => {
  const { bucket, got, waits } = await answering();
  const damaged = new UserError({ what: "damaged", where: "a", got: "b", expected: "c", fix: "d" });
  async function* cutOff(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("ab");
    throw damaged;
  }
  await expect(ask(bucket, put, () => ({ bytes: 4, parts: cutOff() }))).rejects.toBe(damaged);
  expect([got, waits]).toEqual([[], []]);
});
