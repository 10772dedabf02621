import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { sweepLength } from "../../../test/suite/sweep-length.ts";
import { startStores } from "./start.ts";

const numbers = z.array(z.number());
const event = z.union([
  z.object({ ready: numbers }),
  z.object({ before: numbers, after: numbers }),
  z.object({ done: numbers }),
  z.object({ bookmark: z.object({ bookmark: z.string(), rows: numbers }) }),
]);
const child = fileURLToPath(new URL("testing/killed.child.ts", import.meta.url));
const kills = sweepLength(20);

test("killed at any moment of writes, snapshots, restores and imports, the database is as before or as after", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lockstep-kills-"));
  const bookmarks: { readonly bookmark: string; readonly rows: readonly number[] }[] = [];
  for (let round = 1; round <= kills; round++) {
    const running = spawn(process.execPath, [child, dataDir, String(round)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    running.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output.includes("ready"), { interval: 5 }).toBe(true);
    await sleep((round * 37) % 400);
    running.kill("SIGKILL");
    await once(running, "close");
    // A line that was cut was not said.
    const events = output
      .split("\n")
      .slice(0, -1)
      .map((line) => event.parse(JSON.parse(line)));
    let possible: readonly (readonly number[])[] = [];
    for (const said of events) {
      if ("ready" in said) possible = [said.ready];
      else if ("done" in said) possible = [said.done];
      else if ("bookmark" in said) bookmarks.push(said.bookmark);
      else possible = [said.before, said.after];
    }
    const stores = await startStores({ dataDir, log: () => {} });
    const run = async (sql: string) => (await stores.d1.batch("db", [{ sql, params: [] }]))[0]?.results ?? [];
    const rows = async () => (await run("SELECT a FROM t ORDER BY a")).map((row) => Number(row["a"]));
    expect(await run("PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
    expect(possible).toContainEqual(await rows());
    const any = bookmarks[(round * 7) % Math.max(1, bookmarks.length)];
    if (any !== undefined) {
      await stores.d1.restore("db", any.bookmark);
      expect(await rows()).toEqual(any.rows);
    }
    await stores.close();
    const left = readdirSync(join(dataDir, "stores", "d1", "miniflare-D1DatabaseObject")).filter((name) =>
      /^[0-9a-f]{64}\.sqlite$/.test(name),
    );
    expect(left.length).toBeLessThanOrEqual(2);
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
}, 7_200_000);
