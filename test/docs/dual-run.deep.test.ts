import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { deployCopy } from "../../harness/deploy.ts";
import type { DeployedStage } from "../../harness/index.ts";
import type { ThrowAway } from "../../harness/throw-away.ts";
import { packageRoot } from "../../toolchain/package-root.ts";
import { exampleProject } from "./example-project.ts";

vi.setConfig({ testTimeout: 120_000 });

const project = exampleProject("dual-run");
/** The backend that is to be replaced: what it says to `tides` is another answer than the new one's. */
const said: Record<string, string> = {
  tides: "Neptune does it.",
  seasons: "The axis of the earth is tilted.",
};
let isOldUp = true;
const old: Server = createServer((request, response) => {
  const question = new URL(request.url ?? "/", "http://old").searchParams.get("q") ?? "";
  response.writeHead(isOldUp ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify({ answer: said[question] ?? "Nobody has told me." }));
});

let dev: DeployedStage;
let copy: ThrowAway;
beforeAll(async () => {
  await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
  const address = old.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const secrets = {
    OLD_URL: `http://127.0.0.1:${port}`,
    ROUTING_KEY: "for-tests",
    DESK_AUTHORIZATION: "for-tests",
  };
  ({ dev, copy } = await deployCopy({ root: project.folder, secrets }));
});
afterAll(async () => {
  await dev?.remove();
  old.close();
  project.remove();
});

const route = (newPercent: number, compare = true) =>
  dev.ask("context/context", "/routing", {
    method: "PUT",
    headers: { authorization: "Bearer for-tests" },
    json: { newPercent, compare },
  });
const ask = (q: string, visitor = "a") =>
  dev.ask("context/context", `/?q=${q}`, { headers: { "x-visitor": visitor } });
const mismatches = () =>
  dev.query("context/context-routing", "SELECT question, old_answer, new_answer FROM mismatches");
const compared = async (): Promise<number> =>
  Number((await dev.query("context/context-routing", "SELECT count(*) AS n FROM comparisons"))[0]?.["n"]);

test("dual run: the old backend answers everybody, and where the new one says something else it is written down", async () => {
  for (const q of ["tides", "seasons"]) expect((await ask(q)).json()).toEqual({ answer: said[q] });
  await expect.poll(compared).toBe(2);
  expect(await mismatches()).toEqual([
    { question: "tides", old_answer: "Neptune does it.", new_answer: "The moon pulls the sea." },
  ]);
  expect((await dev.ask("context/context", "/report")).json()).toMatchObject({
    compared: 2,
    errors: 0,
    mismatches: 1,
  });
});

test("gradual: about as many visitors as the flag says get the new backend, each the same one at every visit", async () => {
  expect((await route(101)).status).toBe(400);
  expect((await route(50)).status).toBe(200);
  const visitors = Array.from({ length: 40 }, (_, i) => `visitor ${i}`);
  const first = await Promise.all(visitors.map(async (one) => (await ask("tides", one)).text));
  const again = await Promise.all(visitors.map(async (one) => (await ask("tides", one)).text));
  expect(again).toEqual(first);
  const fresh = first.filter((text) => text.includes("moon")).length;
  expect(fresh).toBeGreaterThan(8);
  expect(fresh).toBeLessThan(32);
});

test("a backend that fails is stood in for by the other one, and a failure of the new one is counted", async () => {
  await route(100);
  isOldUp = false;
  expect((await ask("tides")).text).toContain("moon");
  await route(0);
  expect((await ask("seasons")).text).toContain("axis");
  isOldUp = true;
  await route(100);
  expect((await ask("")).json()).toEqual({ answer: "Nobody has told me." });
  await expect
    .poll(async () => (await dev.ask("context/context", "/report")).json())
    .toMatchObject({ errors: 1 });
});

/** The strategy promises 5 and 30 minutes, and 2 hours. */
const promisedMs = { immediate: 300_000, quick: 1_800_000, full: 7_200_000 };
/** What a rollback took, also for whoever reads the test's output. */
const told = (name: string, beganMs: number): number => {
  const tookMs = performance.now() - beganMs;
  console.log(`${name}: ${(tookMs / 1000).toFixed(1)} s`);
  return tookMs;
};

test("the immediate rollback is the flag: the next request is answered by the old backend", async () => {
  await route(100);
  expect((await ask("tides")).text).toContain("moon");
  const began = performance.now();
  await route(0, false);
  expect((await ask("tides")).text).toContain("Neptune");
  expect(told("immediate rollback", began)).toBeLessThan(promisedMs.immediate);
});

const lockstep = (...words: readonly string[]) =>
  copy.run("node", [join(packageRoot, "bin/lockstep.mjs"), ...words]);
/** Runs a command and kills it as soon as it has said something. */
const killedAt = async (said: string, words: readonly string[]): Promise<void> => {
  const file = join(dev.folder, "killed.txt");
  const script =
    'node "$@" >"$OUT" 2>&1 & pid=$!; until grep -q "$SAID" "$OUT"; do kill -0 $pid || break; sleep 0.02; done; kill -9 $pid; grep -q "$SAID" "$OUT"';
  const lockstepFile = join(packageRoot, "bin/lockstep.mjs");
  const ran = await copy.run("sh", ["-c", script, "sh", lockstepFile, ...words], { OUT: file, SAID: said });
  expect(ran.code, readFileSync(file, "utf8")).toBe(0);
};
const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(join(dev.folder, path), change(readFileSync(join(dev.folder, path), "utf8")));
const versions = z.object({ versions: z.record(z.string(), z.string()) });
/** The version of the router that the stack made last. */
const made = async (): Promise<string> => {
  const { out } = await copy.run("pulumi", ["stack", "output", "--json", "--stack", "dev"]);
  return versions.parse(JSON.parse(out)).versions["context/context"] ?? "";
};
const columns = async (): Promise<readonly unknown[]> =>
  (await dev.query("context/context-routing", "SELECT name FROM pragma_table_info('comparisons')")).map(
    ({ name }) => name,
  );
test("the quick rollback takes a version back, and its migrations where the old code needs what they took: counted, chosen, and with a way back from it", async () => {
  await route(50, true);
  await ask("seasons");
  const before = await made();
  // Release 2 times the new backend alone, and a contract takes the column of the old one's times away.
  edit("workers/context/records.ts", (text) =>
    text
      .replace(
        "(at, served_by, old_ms, new_ms, error) VALUES (?, ?, ?, ?, ?)",
        "(at, served_by, new_ms, error) VALUES (?, ?, ?, ?)",
      )
      .replace("servedBy, old.ms, fresh.ms", "servedBy, fresh.ms")
      .replace("SELECT old_ms, new_ms", "SELECT new_ms AS old_ms, new_ms"),
  );
  writeFileSync(
    join(dev.folder, "migrations/context/routing/0002_drop_old_ms.sql"),
    '-- d1:phase contract\n-- d1:data-loss "only compared with"\nALTER TABLE comparisons DROP COLUMN old_ms;\n',
  );
  const linted = await lockstep("db", "lint", "context/context-routing");
  expect(linted.code, linted.out).toBe(0);
  await dev.up();
  const opened = await lockstep("db", "contract", "dev");
  expect(opened.code, opened.out).toBe(0);
  await dev.up();
  expect(await columns()).not.toContain("old_ms");
  const rows = await compared();
  for (const q of ["tides", "seasons", "tides"]) await ask(q);
  await expect.poll(compared).toBe(rows + 3);
  const fresh = await made();

  // What is lost is counted, by the analytics, which lag: nothing is changed before somebody has chosen it.
  await expect
    .poll(
      async () => {
        const refused = await lockstep("rollback", "dev", before, "--yes");
        expect(refused.code).toBe(1);
        return refused.out;
      },
      { timeout: 600_000, interval: 2_000 },
    )
    .toMatch(/comparisons: \d+ rows written since then, by 3 statements/);
  expect(await compared()).toBe(rows + 3);

  // Killed between the databases and the code: nothing else is begun over it, and the same command goes on.
  const began = performance.now();
  const words = ["rollback", "dev", before, "--to-bookmark", "--yes"];
  await killedAt("back at", words);
  expect(await columns()).toContain("old_ms");
  const other = await lockstep("rollback", "dev", fresh, "--yes");
  expect(other.code).toBe(1);
  expect(other.out).toMatch(
    /A rollback of dev has not ended[\s\S]*rollback dev \S+ --to-bookmark; or take it back/,
  );
  const resumed = performance.now();
  const back = await lockstep(...words);
  expect(back.code, back.out).toBe(0);
  expect(back.out).toContain("is back already");
  expect(told("quick rollback, from where it was killed on", resumed)).toBeLessThan(promisedMs.quick);
  told("quick rollback with its database, killed and gone on with", began);
  expect(back.out).toContain("rollback dev --undo");
  expect(await columns()).toContain("old_ms");
  const outputs = await lockstep("outputs", "dev", "--json");
  expect(JSON.parse(outputs.out.slice(outputs.out.indexOf("{")))).toMatchObject({
    databases: { "context/context-routing": { applied: 1, lastMigration: expect.stringMatching(/^0001_/) } },
  });
  // A rollback changes deployments alone: that the contract is undone, the next up of everything writes down.
  const preview = await lockstep("preview", "dev");
  expect(preview.out).toMatch(/context\/context-routing\/contract +update/);
  expect(await compared()).toBe(rows);
  await ask("tides");
  await expect.poll(compared).toBe(rows + 1);

  const undoing = performance.now();
  const undone = await lockstep("rollback", "dev", "--undo", "--yes");
  expect(undone.code, undone.out).toBe(0);
  expect(undone.out).toContain("context/context-routing loses:");
  told("quick rollback taken back, with its database", undoing);
  expect(await columns()).not.toContain("old_ms");
  expect(await compared()).toBe(rows + 3);
  await ask("tides");
  await expect.poll(compared).toBe(rows + 4);
  expect(fresh).not.toBe(before);
  const twice = await lockstep("rollback", "dev", "--undo", "--yes");
  expect(twice.code).toBe(1);
  expect(twice.out).toContain("No rollback of dev is there to be taken back");
});

test("the full rollback leaves the old backend alone: what the new one has is kept, and the router knows it no more", async () => {
  const began = performance.now();
  await route(0, false);
  const key = await lockstep("backup", "key", "dev", "backup.key");
  const recipient = /age1\w+/.exec(key.out)?.[0];
  edit("Pulumi.dev.yaml", (text) => `${text}  lockstep:backup: { recipients: [${recipient}] }\n`);
  const kept = await lockstep("backup", "dev");
  expect(kept.code, kept.out).toBe(0);
  edit("src/systems/context.ts", (text) => text.replace(/ {4}NEW: .*\n/, "").replace(/import type .*\n/, ""));
  edit("workers/context/backends.ts", (text) =>
    text
      .replace("{ NEW, OLD_URL }", "{ OLD_URL }")
      .replace(
        "async () => (await NEW.answer(question)).answer",
        "async () => Promise.reject(new Error(`retired: ` + question))",
      ),
  );
  await dev.up();
  // Whatever the flag says, the new one is not asked any more.
  await route(100, false);
  expect((await ask("tides")).text).toContain("Neptune");
  expect(told("full rollback", began)).toBeLessThan(promisedMs.full);
});
