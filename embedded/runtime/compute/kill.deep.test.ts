import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rig, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const namespaceId = "d3".repeat(16);
const code = `
import { DurableObject } from "cloudflare:workers";
export class C extends DurableObject {
  constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (asked TEXT)"); }
  add(asked) { this.ctx.storage.sql.exec("INSERT INTO t VALUES (?)", asked); }
  all() { return this.ctx.storage.sql.exec("SELECT asked FROM t").toArray().map((r) => r.asked); }
}
export default { async fetch(request, env) {
  const url = new URL(request.url), object = env.C.getByName("one");
  if (url.pathname === "/all") return Response.json(await object.all());
  await object.add(url.searchParams.get("asked"));
  return new Response("kept");
} };`;

/** A linear congruential generator: the same kills in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("workerds killed at random under load lose no acknowledged row, and serve again", async () => {
  await rig.deploy(
    "kept",
    version("k1", code, {
      bindings: [{ kind: "object", name: "C", className: "C", script: "kept", namespaceId }],
      objectClasses: [{ className: "C", namespaceId, storage: "sqlite" }],
    }),
  );
  const random = seeded(20_261_121);
  const kept: string[] = [];
  let ended = false;
  let asked = 0;
  const visitor = async (): Promise<void> => {
    while (!ended) {
      asked += 1;
      const id = `ask-${asked}`;
      const answer = await rig.get("kept", `/?asked=${id}`).catch(() => undefined);
      if (answer?.text === "kept") kept.push(id);
      else await sleep(20);
    }
  };
  const visitors = Array.from({ length: 3 }, visitor);
  const pids = join(rig.dataDir, "cells", "pids");
  for (let i = 0; i < 25; i++) {
    // Some are killed in the midst of rows being kept, however slow the machine is, and some while they start.
    const goal = kept.length + (random() < 0.7 ? Math.ceil(random() * 15) : 0);
    await sleep(random() * 400);
    await expect.poll(() => kept.length, { interval: 5 }).toBeGreaterThanOrEqual(goal);
    try {
      const living = readdirSync(pids).filter(
        (pid) => Number(readFileSync(join(pids, pid), "utf8").split(" ")[0]) === process.pid,
      );
      process.kill(Number(living[Math.floor(random() * living.length)]), "SIGKILL");
    } catch {
      // its file outlived it: it was killed before
    }
  }
  await expect.poll(async () => (await rig.get("kept", "/all")).status).toBe(200);
  await expect.poll(() => kept.length).toBeGreaterThan(100);
  ended = true;
  await Promise.all(visitors);
  const rows: string[] = JSON.parse((await rig.get("kept", "/all")).text);
  expect(new Set(rows).size).toBe(rows.length);
  expect(kept.filter((id) => !rows.includes(id))).toEqual([]);
});
