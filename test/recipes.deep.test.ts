import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** Longer ways through the recipes, each from where the one before it left off. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const state = (stage: string): string =>
  readFileSync(join(project.folder, `.lockstep/state/.pulumi/stacks/lockstep/${stage}.json`), "utf8");
const dome = "src/systems/dome.ts";

async function expectUnchanged(): Promise<void> {
  const preview = await project.just(["pulumi-preview", "dev", "--expect-no-changes", "--diff"]);
  expect(preview.code, preview.out).toBe(0);
}

test("a secret that is bound has to be set; it is nowhere in clear, and rotating it makes one new version", async () => {
  project.edit(dome, (text) =>
    text
      .replace("env: { ...vars, AI: ai(), META", 'env: { ...vars, KEY: secret("key"), AI: ai(), META')
      .replace("  AI: ai(),\n    META", '  AI: ai(),\n    KEY: secret("key"),\n    META')
      .replace("perStage,", "perStage, secret,"),
  );
  const without = await project.just(["deploy-dev", "--yes"]);
  expect(without.out).toContain("Missing required secret 'key'");
  expect(without.out).toContain("just secret dev key");
  const unknown = await project.just(["secret", "dev", "KEYS", "--", "canary-zero"]);
  expect(unknown.out).toContain("There is no such secret");
  expect(unknown.out).toContain("just secret dev key");
  expect((await project.just(["secret", "dev"])).out).toMatch(/^key +missing +dome\/dome-api, env\.KEY$/m);
  expect((await project.just(["secret", "dev", "key", "--", "canary-one"])).code).toBe(0);
  expect((await project.just(["secret", "dev"])).out).toMatch(/^key +set +dome\/dome-api, env\.KEY$/m);
  const up = await project.just(["deploy-dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  await project.just(["secret", "dev", "key", "--", "canary-two"]);
  const rotated = await project.just(["deploy-dev", "--diff", "--yes"]);
  expect(rotated.out).toMatch(/\+-2 replaced/);
  await expectUnchanged();
  for (const place of [
    state("dev"),
    up.out,
    rotated.out,
    (await project.just(["outputs", "dev", "--json"])).out,
    readFileSync(join(project.folder, ".lockstep/config/dev.yaml"), "utf8"),
  ])
    expect(place).not.toMatch(/canary/);
});

test("a secret is the stage's own: another stage has to have its own before it comes up", async () => {
  project.edit(dome, (text) =>
    text
      .replace("DB: notes,", 'DB: notes, CONSTELLATION: service((): Worker => constellation, "Search"),')
      .replace("perStage, secret,", "perStage, secret, type Worker,"),
  );
  const up = await project.just(["pulumi-up", "staging", "--yes"]);
  expect(up.out).toContain("Missing required secret 'key'");
});

test("workers that call each other in a cycle come up in one go", async () => {
  await project.just(["secret", "staging", "key", "--", "canary-three"]);
  const up = await project.just(["pulumi-up", "staging", "--yes"]);
  expect(up.code, up.out).toBe(0);
  expect(
    (await project.visit("dome-api-staging.prod.localhost", "/notes", { title: "a", text: "b" })).status,
  ).toBe(201);
  const again = await project.just(["pulumi-preview", "staging", "--expect-no-changes"]);
  expect(again.code, again.out).toBe(0);
});

test("a system cannot just be taken off the list, and can be retired", async () => {
  project.write(
    "src/systems/extra.ts",
    'import { d1, system, worker } from "../declare/index.ts";\nconst db = d1("db");\nconst api = worker("extra-api", { main: "workers/extra.ts", compatibilityDate: "2026-06-01", env: { DB: db } });\nexport const extra = system("extra", [db, api]);\n',
  );
  project.write("workers/extra.ts", 'export default { fetch: () => new Response("extra") };\n');
  project.edit("src/systems/index.ts", (text) =>
    text
      .replace("[dome", "[extra, dome")
      .replace('from "./dome.ts";', 'from "./dome.ts";\nimport { extra } from "./extra.ts";'),
  );
  project.edit("Pulumi.dev.yaml", (text) => text.replace("[dome]", "[dome, extra]"));
  const both = await project.just(["deploy-dev", "--yes"]);
  expect(both.code, both.out).toBe(0);
  expect((await project.visit("extra-api-dev.dev.localhost", "/")).text).toBe("extra");

  project.edit("Pulumi.dev.yaml", (text) => text.replace("[dome, extra]", "[dome]"));
  const gone = await project.just(["deploy-dev", "--yes"]);
  expect(gone.out).toContain("System extra still has resources in this stack");
  expect(gone.out).toContain("just retire extra dev");
  project.edit("Pulumi.dev.yaml", (text) => text.replace("[dome]", "[dome, extra]"));

  const retired = await project.just(["retire", "extra", "dev", "--yes"]);
  expect(retired.code, retired.out).toBe(0);
  expect(state("dev")).not.toContain("extra/db");
  const again = await project.just(["retire", "extra", "dev", "--yes"]);
  expect(again.code, again.out).toBe(0);
  expect(again.out).not.toContain("deleted");
  expect((await project.visit("dome-api-dev.dev.localhost", "/health")).status).toBe(200);
  await expectUnchanged();
});

const named = z.array(
  z.object({ queue_id: z.string(), queue_name: z.string(), consumers: z.array(z.looseObject({})) }),
);
/** Sets by hand where the dead letters of a queue of prod go. */
async function sendDeadLettersTo(queue: string): Promise<void> {
  const queues = named.parse(await project.api("prod", "GET", "/queues"));
  const found = queues.find(({ queue_name: name }) => name === "new-content-ai");
  const [consumer] = found?.consumers ?? [];
  await project.api("prod", "PUT", `/queues/${found?.queue_id}/consumers/${consumer?.["consumer_id"]}`, {
    type: "worker",
    script_name: "dome-api",
    settings: consumer?.["settings"],
    dead_letter_queue: queue,
  });
}

test("prod shows a plan and applies exactly that, once its name is typed; and is never destroyed", async () => {
  const unconfirmed = await project.just(["deploy-prod"]);
  expect(unconfirmed.code).not.toBe(0);
  expect(unconfirmed.out).toContain("was not confirmed; nothing was changed");
  await project.just(["secret", "prod", "key", "--", "canary-four"]);
  const confirmed = await project.deploy("prod");
  expect(confirmed.code, confirmed.out).toBe(0);
  expect((await project.visit("dome-api.prod.localhost", "/health")).text).toContain('"prod"');
  expect(confirmed.out).toMatch(/^Plan for prod: \d+ to create$/m);
  expect(confirmed.out).toMatch(/^ {2}dome\/silo: 0001_\w+\.sql/m);
  expect(confirmed.out).toMatch(/^ {2}dome\/dome-api: new version 100 %$/m);
  await project.just(["secret", "prod", "key", "--", "canary-five"]);
  // A plan is of the secrets that it was made with: the engine would find the other one, and say the planned one in clear.
  const saved = await project.just(["pulumi-preview", "prod", "--save-plan", "old.plan"]);
  const digest = / --confirm (\w+)$/m.exec(saved.out)?.[1] ?? "";
  await project.just(["secret", "prod", "key", "--", "canary-six"]);
  const stale = await project.just(["pulumi-up", "prod", "--plan", "old.plan", "--confirm", digest]);
  expect(stale.code).not.toBe(0);
  expect(stale.out).toContain("is not what it was made from");
  expect(saved.out + stale.out).not.toMatch(/canary/);
  // What was changed at Cloudflare since is seen before anything changes; the engine would say it with the values.
  const made = await project.just(["deploy", "prod", "--save-plan", "made.plan"]);
  expect(made.code, made.out).toBe(0);
  expect(made.out).toMatch(/^Blast radius of prod/m);
  const exact = / deploy prod --plan .* --confirm (\w+)$/m.exec(made.out)?.[1] ?? "";
  await sendDeadLettersTo("new-content-constellation-dlq");
  const old = await project.just(["deploy", "prod", "--plan", "made.plan", "--confirm", exact]);
  await sendDeadLettersTo("new-content-ai-dlq");
  expect(old.code).not.toBe(0);
  expect(old.out).toContain("this run has changed nothing");
  expect(old.out).toContain("target (Target): repairs is otherwise by now than in the plan");
  expect(made.out + old.out).not.toMatch(/canary/);
  const agent = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "prod"], {
    CLAUDECODE: "1",
  });
  expect(agent.code).not.toBe(0);
  expect(agent.out).toContain("An update of prod is for a person to run; nothing was changed");
  const rotated = await project.deploy("prod");
  expect(rotated.code, rotated.out).toBe(0);
  expect(rotated.out).toContain("What differs of new versions:\n  dome/dome-api: bindings\n");
  expect(rotated.out).not.toMatch(/canary|STAGE:/);
  const again = await project.deploy("prod");
  expect(again.code, again.out).toBe(0);
  expect(again.out).toMatch(/Resources:\n {4}\d+ unchanged/);
  const destroyed = await project.just(["pulumi-destroy", "prod", "--yes", "prod"]);
  expect(destroyed.code).not.toBe(0);
  expect(destroyed.out).toContain("Destroying prod is blocked");
});

test("dev can be destroyed, with the objects in its buckets when that is said", async () => {
  await project.visit("dome-api-dev.dev.localhost", "/notes", { title: "kept", text: "in a bucket" });
  const full = await project.just(["destroy-dev", "--yes"]);
  expect(full.code).not.toBe(0);
  expect(full.out).toContain("--empty-buckets");
  const empty = await project.just(["destroy-dev", "--empty-buckets", "--yes"]);
  expect(empty.code, empty.out).toBe(0);
  expect(await project.api("dev", "GET", "/d1/database")).toEqual([]);
  const back = await project.just(["deploy-dev", "--yes"]);
  expect(back.code, back.out).toBe(0);
});
