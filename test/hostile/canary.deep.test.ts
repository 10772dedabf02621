import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canary, filesWith, formsOf, watchProcesses } from "./canary.ts";
import { type Shop, setSecret, shopUp } from "./shop.ts";

/** What a worker and a database elsewhere are given in secret is in nothing that anybody reads, prints or keeps. */
const [key, password, rotated] = [canary(), canary(), canary()];
const forms = [key, password, rotated].flatMap(formsOf);
let shop: Shop;
let stop: () => readonly string[];
const before = new Set(readdirSync(tmpdir()));
beforeAll(async () => {
  stop = watchProcesses(forms);
  shop = await shopUp({ "api-key": key, "db-password": password });
});
afterAll(async () => {
  stop();
  await shop.remove();
});

const said = (out: string): readonly string[] => forms.filter((form) => out.includes(form));

test("a canary is found in every notation", () => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const written = [
    key,
    JSON.stringify({ key }),
    JSON.stringify(JSON.stringify({ key })),
    `?key=${encodeURIComponent(key)}`,
    Buffer.from(key).toString("hex"),
    ...["", "a", "ab"].map((ahead) => base64(`${ahead}${key}, and more`)),
  ];
  for (const text of written) expect(said(text), text).not.toEqual([]);
});

test.each([
  ["a preview in full", "pulumi", ["preview", "--stack", "prod", "--diff"]],
  ["a preview as JSON", "pulumi", ["preview", "--stack", "prod", "--json"]],
  ["an export of the state", "pulumi", ["stack", "export", "--stack", "prod"]],
  ["the configuration", "pulumi", ["config", "--stack", "prod"]],
  ["validate", "just", ["validate", "prod"]],
  ["policy", "just", ["policy", "prod", "--json"]],
  ["status", "just", ["status", "prod", "--json"]],
  ["drift", "just", ["drift", "prod", "--json"]],
  ["outputs", "just", ["outputs", "prod", "--json"]],
  ["the table of secrets", "just", ["secret", "prod"]],
  ["a backup of the state", "just", ["state-backup", "prod"]],
] as const)("%s does not say it", async (_what, program, words) => {
  const { project } = shop;
  const ran = await (program === "pulumi" ? project.pulumi(words) : project.just(words));
  expect(ran.code, ran.out.slice(-2_000)).not.toBe(1);
  expect(said(ran.out)).toEqual([]);
});

test("a rotation, its plan, a refused run of it and its deployment do not say it", async () => {
  const { project } = shop;
  expect((await setSecret(project, "api-key", rotated)).code).toBe(0);
  const saved = await project.just(["pulumi-preview", "prod", "--save-plan", "rotated.plan"]);
  expect(saved.code, saved.out).toBe(0);
  const wrong = await project.just([
    "pulumi-up",
    "prod",
    "--plan",
    "rotated.plan",
    "--confirm",
    "000000000000",
  ]);
  expect(wrong.code).not.toBe(0);
  project.edit("project.ts", (text) => text.replace('LOG_LEVEL: "info"', 'LOG_LEVEL: "changeme"'));
  const refused = await project.pulumi(["up", "--yes", "--skip-preview", "--diff", "--stack", "prod"]);
  expect(refused.code).not.toBe(0);
  project.edit("project.ts", (text) => text.replace('LOG_LEVEL: "changeme"', 'LOG_LEVEL: "info"'));
  const done = await project.deploy("prod");
  expect(done.code, done.out).toBe(0);
  for (const { out } of [saved, wrong, refused, done]) expect(said(out)).toEqual([]);
});

test("no file of the project, of the embedded Cloudflare or of the temporary folder has it, and no process was given it", () => {
  expect(filesWith(shop.project.folder, forms)).toEqual([]);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith("lockstep") && !before.has(name));
  for (const name of left.filter((each) => !shop.project.folder.endsWith(each)))
    expect(filesWith(join(tmpdir(), name), forms), name).toEqual([]);
  expect(stop()).toEqual([]);
});
