import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./imports.ts";

/** An embedded Cloudflare whose `log` is a function that does nothing. */
const unheard = /startEmbedded\(\{[^{}]*\blog: \(\w*\) => (?:\{\s*\}|undefined|void 0)/;

test("no test starts an embedded Cloudflare whose own failures nobody hears", () => {
  const files = globSync("{src,policy,embedded,toolchain,scripts,cli,harness,workers,test}/**/*.ts", {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  });
  expect(files.filter((file) => unheard.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
  expect(unheard.test(`startEmbedded({ dataDir, ${"log"}: () => undefined })`)).toBe(true);
});
