import { expect, test } from "vitest";
import { r2, system } from "../../index.ts";
import { checkBuckets } from "./buckets.ts";

const refused = (options: Parameters<typeof r2>[1]): readonly string[] =>
  checkBuckets(system("s", [r2("files", options)])).map(
    ({ what, where, got }) => `${what} | ${where} | ${got}`,
  );

test("rules without a mistake are fine", () => {
  expect(
    refused({
      cors: [{ origins: ["https://app.example.com", "http://localhost:5173", "*"], methods: ["GET"] }],
      lifecycle: [
        { id: "a", expire: { afterDays: 1 } },
        { id: "b", infrequentAccess: { on: "2030-01-31" } },
      ],
      lock: [
        { id: "a", retain: { until: "2030-01-31" } },
        { id: "b", retain: "indefinitely" },
      ],
      customDomains: { prod: [{ domain: "files.example.com", zoneId: "0".repeat(32) }] },
    }),
  ).toEqual([]);
});

test("an origin with a path or a slash at its end, which no browser would ever send, is refused", () => {
  const cors = [
    { origins: ["https://a.example/", "a.example", "https://b.example/x"], methods: ["GET"] },
  ] as const;
  expect(refused({ cors })).toEqual([
    'A CORS rule for what is no origin | s/files, cors[0] | "https://a.example/"',
    'A CORS rule for what is no origin | s/files, cors[0] | "a.example"',
    'A CORS rule for what is no origin | s/files, cors[0] | "https://b.example/x"',
  ]);
  expect(refused({ cors: [{ origins: [], methods: [] }] })).toEqual([
    "A CORS rule without origins | s/files, cors[0] | an empty list",
    "A CORS rule without methods | s/files, cors[0] | an empty list",
  ]);
});

test("rules that do nothing, that have one id, or whose time does not exist are refused", () => {
  expect(
    refused({
      lifecycle: [
        { id: "a" },
        { id: "b", expire: { afterDays: 0.5 } },
        { id: "b", infrequentAccess: { on: "2030-02-31" } },
      ],
      lock: [
        { id: "", retain: { forDays: 0 } },
        { id: "c", retain: { until: "soon" } },
      ],
    }),
  ).toEqual([
    'Rules of a bucket that cannot be told apart | s/files, lifecycle | id "b" twice',
    "A lifecycle rule that does nothing | s/files, lifecycle a | neither expire nor infrequentAccess nor abortMultipart",
    "A number of days that Cloudflare does not accept | s/files, lifecycle b, expire.afterDays | 0.5",
    "A day that does not exist | s/files, lifecycle b, infrequentAccess.on | 2030-02-31",
    'Rules of a bucket that cannot be told apart | s/files, lock | id ""',
    "A number of days that Cloudflare does not accept | s/files, lock , retain.forDays | 0",
    "A day that does not exist | s/files, lock c, retain.until | soon",
  ]);
});

test("a custom domain is a host name in a zone", () => {
  expect(
    refused({ customDomains: { prod: [{ domain: "https://files.example.com", zoneId: "example.com" }] } }),
  ).toEqual([
    'A custom domain that is no host name | s/files, customDomains.prod | "https://files.example.com"',
    'An id of a zone that cannot be one | s/files, customDomains.prod, zoneId of https://files.example.com | "example.com"',
  ]);
});
