import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("nobody asks D1 for an export: it lets nobody else in while it runs, and was seen to leave one with search tables unreachable", () => {
  const asks = ["src", "cli", "toolchain", "policy", "workers"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name) && !/\.test\.ts$/.test(entry.name),
      )
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) =>
        /["'`][^"'`\n]*\/export(?:\?[^"'`\n]*)?["'`]|dump_options/.test(readFileSync(path, "utf8")),
      ),
  );
  expect(asks).toEqual([]);
});
