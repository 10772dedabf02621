import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("what Miniflare calls unsafe is written in one file: its next version is a small step", () => {
  const files = globSync("{embedded,src,cli,toolchain,policy}/**/*.{ts,js,cjs,mjs}").filter(
    (file) => !file.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(500);
  const using = files.filter((file) => /\bunsafe[A-Z]\w+/.test(readFileSync(file, "utf8")));
  expect(using).toEqual(["embedded/runtime/workerd/unsafe.ts"]);
});
