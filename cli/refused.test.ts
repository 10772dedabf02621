import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../src/cloudflare/api.ts";
import { BucketError } from "../src/cloudflare/s3/bucket.ts";
import { whatEnded } from "./entry.ts";
import type { Verb } from "./verb.ts";
import { verbs } from "./verbs.ts";

// The command ends its process a while after it failed, and listens to its streams once a process: not so here.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.spyOn(process, "once").mockReturnValue(process);
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "on").mockReturnValue(stream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const fiveParts = /^[^\n]+\n {2}where: [\s\S]+\n {2}got: [\s\S]+\n {2}expected: [\s\S]+\n {2}fix: [^\n]+$/;

test("what Cloudflare refuses is told in five parts by whatever verb met it, and never as a stack", async () => {
  const argv = process.argv;
  const said: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  for (const [name, verb] of Object.entries<Verb>(verbs)) {
    said.length = 0;
    vi.spyOn(verb, "load").mockResolvedValue({
      run: async () => {
        throw new ApiError(
          "GET /accounts/a/queues",
          403,
          [{ code: 10000, message: "Authentication error" }],
          "",
        );
      },
    });
    try {
      process.argv = ["node", "lockstep", name];
      await import(/* @vite-ignore */ `./main.ts?of=${name.replaceAll(" ", "-")}`);
      expect(process.exitCode, name).toBe(1);
    } finally {
      process.argv = argv;
      process.exitCode = undefined;
    }
    expect(said.join("").trimEnd(), name).toMatch(fiveParts);
    expect(said.join("")).toContain("HTTP 403: Authentication error (code 10000)");
    expect(said.join("")).not.toContain("    at ");
  }
});

test("every answer has its repair", () => {
  const status = fc.oneof(fc.constantFrom(0, 401, 403, 429, 500, 503), fc.integer({ min: 400, max: 599 }));
  fc.assert(
    fc.property(status, fc.string(), fc.string(), (code, message, text) => {
      for (const error of [
        new ApiError("PUT /accounts/a", code, [{ message }], text),
        new BucketError(code, "SlowDown", message),
      ]) {
        expect(whatEnded(error)).not.toContain("    at ");
        expect(error.diagnostic.fix).not.toBe("");
        expect(error.diagnostic.got).toContain(message);
      }
    }),
  );
});
