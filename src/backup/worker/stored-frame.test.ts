import { randomBytes } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { storedFrame } from "./stored-frame.ts";

test("zstd reads a stored frame of any length back byte by byte", () => {
  for (const length of [0, 1, 131_071, 131_072, 131_073, 262_144, 1_000_003]) {
    const bytes = randomBytes(length);
    expect(zstdDecompressSync(storedFrame(bytes)).equals(bytes), `${length} bytes`).toBe(true);
  }
});
