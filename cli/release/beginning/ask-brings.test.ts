import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { stageOf } from "../../../src/project/stage.ts";
import { askBrings } from "./ask-brings.ts";

test("a stage that has no account is refused while it is asked what would be brought, and so before somebody agrees", async () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-brings-"));
  try {
    mkdirSync(join(root, ".lockstep", "embedded"), { recursive: true });
    const accounts = [{ id: "0".repeat(32), name: "dev" }];
    const [api, front] = ["http://127.0.0.1:8787/client/v4", "http://<worker>.<account>.localhost:8788"];
    const text = JSON.stringify({ api, token: "t".repeat(40), accounts, front, pid: 1 });
    writeFileSync(join(root, ".lockstep", "embedded", "connection.json"), text);
    const env = { PULUMI_BACKEND_URL: pathToFileURL(join(root, ".lockstep", "state")).href };
    await expect(askBrings(stageOf({ name: "prod" }), [], { root, env })).rejects.toMatchObject({
      diagnostic: { what: "The embedded Cloudflare has no account for stage prod" },
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});
