import { expect, test } from "vitest";
import { compressedHeaders, encodingFor } from "./compress.ts";

test.each([
  [undefined, undefined],
  ["", undefined],
  ["gzip", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["br;q=0.5, gzip;q=0.8", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["gzip;q=0", undefined],
  ["gzip;q=x", undefined],
  ["GZIP ; q=1", "gzip"],
  ["identity", undefined],
])("of %j is used %s", (accepted, encoding) => {
  expect(encodingFor(accepted)).toBe(encoding);
});

test("a compressed answer has no length, a weak tag, and says what it depends on", () => {
  expect(compressedHeaders(["Content-Length", "9", "ETag", '"a"', "Vary", "Origin", "X", "y"], "br")).toEqual(
    [...["ETag", 'W/"a"', "X", "y"], ...["vary", "Origin, accept-encoding", "content-encoding", "br"]],
  );
  expect(compressedHeaders(["Vary", "Accept-Encoding", "Etag", 'W/"b"'], "gzip")).toEqual([
    ...["Etag", 'W/"b"', "vary", "Accept-Encoding", "content-encoding", "gzip"],
  ]);
});
