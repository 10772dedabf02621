import { expect, test } from "vitest";
import { imageType } from "./avatars.ts";
import { digest } from "./digest.ts";
import { cosine } from "./embeddings.ts";
import { bytes, cookie, HttpError, jsonBody, text } from "./http.ts";

const sent = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Request =>
  new Request("https://jobs.example.com/", { method: "POST", body, headers });
const status = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof HttpError ? error.status : error));

test("an image is told by its first bytes", () => {
  expect(imageType(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe("image/png");
  expect(imageType(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe("image/jpeg");
  expect(imageType(new TextEncoder().encode("GIF89a"))).toBe("image/gif");
  expect(imageType(new TextEncoder().encode("<svg onload=x>"))).toBeUndefined();
  expect(imageType(new Uint8Array([0x89, 0x50]))).toBeUndefined();
});

test("a body is taken up to its limit, whatever the sender says of its length", async () => {
  expect(await bytes(sent("abc"), 3)).toHaveLength(3);
  expect(await status(bytes(sent("abcd"), 3))).toBe(413);
  expect(await status(bytes(sent("a", { "content-length": "9" }), 3))).toBe(413);
  expect(await status(bytes(sent(""), 3))).toBe(400);
});

test("a member is a text of a length that is taken, without the space around it", async () => {
  const body = await jsonBody(sent('{"a":" x ","b":3,"c":"","d":"long"}'));
  expect(text(body, "a", 3)).toBe("x");
  for (const name of ["b", "c", "d", "missing"]) expect(() => text(body, name, 3)).toThrow(HttpError);
  expect(await status(jsonBody(sent("not JSON")))).toBe(400);
  expect((await jsonBody(sent("[]"))).size).toBe(0);
});

test("a cookie is found among others by its whole name", () => {
  const request = new Request("https://x.example", { headers: { cookie: "old_session=1; session=2" } });
  expect([cookie(request, "session"), cookie(request, "missing")]).toEqual(["2", undefined]);
});

test("where one text ends and the next begins is part of their digest", async () => {
  expect(await digest("ab", "c")).not.toBe(await digest("a", "bc"));
  expect(await digest("a")).toMatch(/^[0-9a-f]{64}$/);
});

test("a cosine stays between -1 and 1, and nothing is near to nothing", () => {
  const third = [1 / 3, 1 / 3, 1 / 3];
  expect(cosine(third, third)).toBeLessThanOrEqual(1);
  expect(cosine(third, third)).toBeCloseTo(1, 12);
  expect(cosine([1, 0], [-1, 0])).toBe(-1);
  expect(cosine([0, 0], [1, 0])).toBe(0);
});
