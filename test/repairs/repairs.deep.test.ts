import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Ran } from "../../harness/run.ts";
import type { Clone } from "../clone.ts";
import { shopClone } from "../reality/shop.ts";

/** What a refusal tells to type is typed, as it stands there, in the state that it was told in. Each test goes on from the one before it. */
let project: Clone;
beforeAll(async () => {
  project = await shopClone();
});
afterAll(() => project.remove());

const shell = (line: string): Promise<Ran> => project.run("sh", ["-c", line]);
async function succeeds(line: string): Promise<string> {
  const { code, out } = await shell(line);
  expect(code, `${line}\n${out}`).toBe(0);
  return out;
}
async function fails(line: string): Promise<string> {
  const { code, out } = await shell(line);
  expect(code, `${line}\n${out}`).not.toBe(0);
  return out;
}

/** Types what was told. Whoever has no terminal agrees on the command line: `--yes`. @returns what it printed */
async function typed(said: string, told: string, more = ""): Promise<string> {
  expect(said).toContain(told);
  return succeeds(`${told}${more}`);
}
const yes = " --yes";

const folder = "migrations/shop/orders";
const drift = () => shell("just drift dev");

test("nothing is up: whatever would show it tells the up, and that brings it up", async () => {
  for (const line of ["drift dev", "outputs dev", "summary dev", "status dev"])
    expect((await shell(`just ${line}`)).out).toContain("just pulumi-up dev");
  for (const line of ["dev", "logs dev"]) expect(await fails(`just ${line}`)).toContain("just pulumi-up dev");
  await typed(
    await fails("CLOUDFLARE_API_TOKEN= just pulumi-preview staging --target cloudflare"),
    "just token staging --target cloudflare up",
  );
  const contract = (await shell("just db contract dev shop/orders")).out;
  expect(contract).toContain("just pulumi-up dev");
  expect(await succeeds("just db advise shop/orders")).toContain("just pulumi-up dev");
  const absent = await fails("just import dev shop/orders --yes");
  expect(absent).toContain("just pulumi-up dev creates it");
  const said = await fails("just db rehearse shop/orders");
  await typed(said, "just pulumi-up dev", yes);
  await succeeds("just db rehearse shop/orders");
  expect(await succeeds("just outputs dev")).toContain("shop/orders");
});

test("words that are missing or wrong", async () => {
  expect(await fails("just db new shop/orders")).toContain("just db new shop/orders add_email");
  const made = await succeeds("just db new shop/orders add_email");
  project.write(join(folder, "0002_add_email.sql"), "ALTER TABLE orders ADD COLUMN email TEXT;\n");
  await typed(made, "just db lint shop/orders");
  await typed(await fails("just db status nowhere/none more"), "just db --help");
  await typed(await fails("just pulumi-up dev --preview-only"), "just pulumi-preview dev");
  const already = await fails("just import dev shop/orders --yes");
  expect(already).toContain("just drift dev compares it");
  expect((await drift()).code).toBe(0);
  expect(await fails("just import dev shop/found --yes")).toMatch(
    /adopt: \{ dev: "found-dev" \}.*just pulumi-up dev/,
  );
  project.edit("project.ts", (text) =>
    text.replace('vectorize("found", {', 'vectorize("found", { adopt: { dev: "found-dev" },'),
  );
  await typed(await fails("just import dev consumer shop/api/jobs --yes"), "just pulumi-up dev", yes);
  expect(await succeeds("just db query shop/orders 'SELECT email FROM orders'")).toContain("no rows");
});

test("the lines that keep the order of files", async () => {
  const later = "0003_add_note.sql";
  project.write(join(folder, later), "ALTER TABLE orders ADD COLUMN note TEXT;\n");
  await typed(await fails("just db plan shop/orders"), "just db lint");
  await succeeds("just db plan shop/orders");
  project.write(join(folder, later), "ALTER TABLE orders ADD COLUMN remark TEXT;\n");
  await typed(await fails("just db lint"), "just db lint --update");
  await succeeds("just db plan shop/orders");
  // A file with a number that is over, one with a number that is taken, and what a merge left.
  for (const [name, later, sql] of [
    ["0000_by_name.sql", "0004_by_name.sql", "CREATE INDEX orders_by_name ON orders (name);\n"],
    ["0004_by_note.sql", "0005_by_note.sql", "CREATE INDEX orders_by_note ON orders (remark);\n"],
  ] as const) {
    project.write(join(folder, name), sql);
    const said = await fails("just db plan shop/orders");
    renameSync(join(project.folder, folder, name), join(project.folder, folder, later));
    await typed(said, "just db lint");
    await succeeds("just db plan shop/orders");
  }
  const marker = "<<<<<<< ours\n";
  project.edit(join(folder, "chain.txt"), (text) => marker + text);
  const merged = await fails("just db plan shop/orders");
  project.edit(join(folder, "chain.txt"), (text) => text.replace(marker, ""));
  await typed(merged, "just db lint");
  await succeeds("just db plan shop/orders");
});

test("files of migrations that cannot be read", async () => {
  rmSync(join(project.folder, folder, "chain.txt"));
  await typed(await fails("just validate dev"), "just db lint shop/orders");
  await succeeds("just validate dev");
  const broken = join(folder, "0009_broken.sql");
  project.write(broken, "CREATE TABEL t (id INTEGER);\n");
  const said = await fails("just db diff files:shop/orders dev:shop/orders");
  expect(said).toContain("just db lint shop/orders");
  expect(await fails("just db lint shop/orders")).toContain("0009_broken.sql");
  rmSync(join(project.folder, broken));
});

test("stages that are said twice or not at all", async () => {
  await typed(await fails("just db status dev staging"), "just db status staging");
  await typed(await fails("just db reset shop/orders --yes"), "just db reset dev shop/orders", yes);
  await succeeds("just db plan shop/orders");
});

test("files that were applied in another order", async () => {
  for (const [from, to] of [
    ["3", "-3"],
    ["4", "3"],
    ["-3", "4"],
  ] as const)
    await change(`UPDATE d1_migrations SET id = ${to} WHERE id = ${from}`);
  const said = await fails("just db plan shop/orders");
  await typed(said, /just db accept shop\/orders \S+ --reason "why"/.exec(said)?.[0] ?? "a command", yes);
  await succeeds("just db plan shop/orders");
});

test("drift of a schema", async () => {
  await change("ALTER TABLE orders ADD COLUMN hand TEXT");
  expect(await fails("just db status shop/orders")).toContain("just db plan");
  const said = await fails("just db plan");
  await typed(said, 'just db accept shop/orders --drift --reason "why"', yes);
  await succeeds("just db plan shop/orders");
  await typed(await fails("just db accept shop/orders --drift --reason x --yes"), "just db status");
  const adopted = await fails(
    "just db baseline shop/orders --through 0001_create_orders.sql --reason x --yes",
  );
  await typed(adopted, "just db status");
  await typed(await fails("just db baseline shop/orders --infer"), "just db status dev shop/orders");
});

test("secrets", async () => {
  project.edit("project.ts", (text) =>
    text
      .replace("import { ", "import { secret, ")
      .replace("WHO: perStage", 'KEY: secret("key"), WHO: perStage'),
  );
  const said = await fails("just pulumi-preview dev");
  expect(await succeeds("just secret dev")).toContain("just secret dev key");
  expect(await fails("printf x | just secret dev kez --yes")).toContain("just secret dev key");
  expect(await fails("just secret dev key --yes < /dev/null")).toContain("just secret dev key < value.txt");
  project.write("value.txt", "sesame");
  await typed(said, "just secret dev key", " --yes < value.txt");
  await succeeds("just pulumi-preview dev");
});

test("a variable that is a secret in plain text", async () => {
  const plain = 'STRIPE_SECRET_KEY: "sk_live_4eC39HqLyjWDarjtT1zdp7dc", ';
  project.edit("project.ts", (text) => text.replace("WHO: perStage", `${plain}WHO: perStage`));
  const said = await fails("just pulumi-preview dev");
  const told = /just secret dev ([\w-]+)/.exec(said);
  project.edit("project.ts", (text) => text.replace(plain, `STRIPE_SECRET_KEY: secret("${told?.[1]}"), `));
  await typed(said, told?.[0] ?? "a command", " --yes < value.txt");
  await succeeds("just pulumi-preview dev");
});

test("code that does not start", async () => {
  project.append("workers/shop/api/index.ts", 'throw new Error("does not start");\n');
  const said = await fails("just pulumi-up dev --yes --skip-preview");
  project.edit("workers/shop/api/index.ts", (text) =>
    text.replace('throw new Error("does not start");\n', ""),
  );
  await typed(said, "just pulumi-up dev", yes);
});

test("code that reads a column which no migration makes", async () => {
  fetches('env.ORDERS.prepare("SELECT colour FROM orders").run()');
  const said = await fails("just pulumi-preview dev");
  const made = await typed(said, "just db new shop/orders add_colour");
  const file = /[\w/]+_add_colour\.sql/.exec(made)?.[0] ?? "";
  project.write(file, "ALTER TABLE orders ADD COLUMN colour TEXT;\n");
  await typed(made, "just db lint shop/orders");
  await succeeds("just pulumi-preview dev");
});

/** What the worker answers with, as an expression of `env`. */
const fetches = (expression: string): void =>
  project.edit("workers/shop/api/index.ts", (text) =>
    text.replace(/^ {2}fetch: .*$/m, () => `  fetch: (_request, env) => ${expression},`),
  );

let before = "";
async function backup(): Promise<string> {
  const said = await succeeds("just state-backup dev");
  return /[\w./ -]*(backups\/[\w.-]+\.json)/.exec(said)?.[1] ?? "";
}

const zones = z.object({ result: z.array(z.object({ id: z.string() })) });

test("an address that leads elsewhere", async () => {
  project.edit("project.ts", (text) =>
    text
      .replace(
        'crons: ["0 3 * * *"],',
        'crons: ["0 3 * * *"], routes: { dev: [{ pattern: "example.com/*", zoneName: "example.com" }] },',
      )
      .replace('{ name: "dev" }', '{ name: "dev", zones: ["example.com"] }'),
  );
  before = await backup();
  await succeeds("just pulumi-up dev --yes --skip-preview");
  const call = async (method: string, path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${project.embedded.token}` };
    return (await fetch(`${project.embedded.api}${path}`, { method, headers })).json();
  };
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  const [zone] = zones.parse(await call("GET", `/zones?account.id=${account}`)).result;
  const routes = `/zones/${zone?.id}/workers/routes`;
  const [route] = zones.parse(await call("GET", routes)).result;
  await call("DELETE", `${routes}/${route?.id}`);
  const said = (await drift()).out;
  expect(said).toContain("An address of the stack is gone");
  await typed(said, "just pulumi-up dev", yes);
  expect((await drift()).code).toBe(0);
});

test("a state that was restored", async () => {
  const now = await backup();
  const said = await succeeds(`just state-restore dev ${before} --yes dev`);
  expect(said).toContain("just drift dev");
  // The route that came after the backup is nobody's now.
  const told = await shell("just drift dev");
  expect(told.code).toBe(2);
  expect(told.out).toContain("example.com/*");
  await succeeds(`just state-restore dev ${now} --yes dev`);
});

test("a store that is lost: the refusal of a forget without a reason, and what is not lost", async () => {
  expect(await fails("just forget dev shop/orders --yes")).toContain(
    'just forget dev shop/orders --reason "why"',
  );
  const said = await fails('just forget dev shop/orders --reason "why" --yes');
  await typed(said, "just drift dev");
});

test("a system that is on the list and marked as retired", async () => {
  await succeeds("pulumi config set --path 'lockstep:retired[0]' shop --stack dev");
  const said = await fails("just pulumi-preview dev");
  await typed(said, "just retire shop dev", yes);
  expect(databases.parse(await project.api("dev", "GET", "/d1/database"))).toEqual([]);
});

const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));
async function change(sql: string): Promise<void> {
  const [database] = databases
    .parse(await project.api("dev", "GET", "/d1/database"))
    .filter(({ name }) => name === "orders-dev");
  await project.api("dev", "POST", `/d1/database/${database?.uuid}/query`, { sql });
}
