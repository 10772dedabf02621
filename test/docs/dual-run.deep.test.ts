import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DeployedStage, deployStage } from "../../harness/index.ts";
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
beforeAll(async () => {
  await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
  const address = old.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const secrets = { OLD_URL: `http://127.0.0.1:${port}`, ROUTING_KEY: "for-tests" };
  dev = await deployStage({ root: project.folder, secrets });
}, 900_000);
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
  await expect.poll(compared, { timeout: 20_000 }).toBe(2);
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
    .poll(async () => (await dev.ask("context/context", "/report")).json(), { timeout: 20_000 })
    .toMatchObject({ errors: 1 });
});

test("the immediate rollback is the flag: the next request is answered by the old backend", async () => {
  await route(100);
  expect((await ask("tides")).text).toContain("moon");
  const began = performance.now();
  await route(0, false);
  expect((await ask("tides")).text).toContain("Neptune");
  // Minutes are promised; what a request takes is what it takes.
  expect(performance.now() - began).toBeLessThan(60_000);
});
