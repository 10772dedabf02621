import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { takeFolder } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder that is taken is refused at once; one whose process is stopping is waited for", async () => {
  const first = await takeFolder(folder);
  await expect(takeFolder(folder)).rejects.toThrow(`process ${process.pid}`);
  first.stopping();
  let taken = false;
  const second = takeFolder(folder).then((lock) => {
    taken = true;
    return lock;
  });
  await sleep(200);
  expect(taken).toBe(false);
  first.release();
  const lock = await second;
  await expect(takeFolder(folder)).rejects.toThrow("Another embedded Cloudflare");
  lock.release();
});
