import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clone } from "./clone.ts";

test("what package.json exports is not taken for the program once the package is built: a stack would lose everything", async () => {
  const project = await clone({
    prepare: (folder) => {
      mkdirSync(join(folder, "dist/src"), { recursive: true });
      writeFileSync(join(folder, "dist/src/index.js"), "export {};\n");
    },
  });
  try {
    const { code, out } = await project.pulumi(["preview", "--stack", "dev"]);
    expect(code, out).toBe(0);
    expect(out).toContain("dome/dome-api create");
    expect(out).not.toContain("Could not find entry point");
  } finally {
    await project.remove();
  }
});
