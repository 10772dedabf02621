import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { startEmbedded } from "../../start.ts";
import { makeMiniflare } from "./spawn.ts";

// The start would point Miniflare at the script that is there.
vi.mock("./workerd-binary.ts", async (original) => ({
  ...(await original<typeof import("./workerd-binary.ts")>()),
  tieWorkerdToThisProcess: () => {},
}));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-spawn-"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("an embedded Cloudflare whose workerd is not there refuses to start and names the file", async () => {
  const missing = join(folder, "missing.sh");
  vi.stubEnv("MINIFLARE_WORKERD_PATH", missing);
  await expect(startEmbedded({ log: logInternalErrors })).rejects.toMatchObject({
    diagnostic: { what: "workerd cannot be started", where: missing, got: expect.stringContaining("ENOENT") },
  });
});

test("a workerd that may not be run is refused by its name, and what was made for it can be disposed of", async () => {
  const forbidden = join(folder, "forbidden.sh");
  writeFileSync(forbidden, "#!/bin/sh\n");
  chmodSync(forbidden, 0o644);
  vi.stubEnv("MINIFLARE_WORKERD_PATH", forbidden);
  const miniflare = makeMiniflare({ modules: true, script: "export default {}", port: 0, cf: false });
  await expect(miniflare.ready).rejects.toMatchObject({
    diagnostic: { where: forbidden, got: expect.stringContaining("EACCES") },
  });
  await expect(miniflare.dispose()).rejects.toThrow(forbidden); // the same again, and it comes to its end
});
