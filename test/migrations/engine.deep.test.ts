import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wrangler } from "../../embedded/contract/testing/run-wrangler.ts";
import type { Ran } from "../../toolchain/fixture/project.ts";
import { type Clone, clone } from "../clone.ts";
import { refused, succeeding } from "../ran.ts";
import { db } from "./testing/db-command.ts";

/** Migrations through the real engine, each test from where the one before it left off. */
let project: Clone;
const folder = "migrations/dome/silo";
beforeAll(async () => {
  project = await clone();
  const first = await up();
  expect(first.code, first.out).toBe(0);
});
afterAll(() => project.remove());

const up = (...more: string[]): Promise<Ran> =>
  project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev", ...more]);
const preview = (...more: string[]): Promise<Ran> => project.pulumi(["preview", "--stack", "dev", ...more]);

async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
  const found = await project.api("dev", "GET", "/d1/database?name=silo-dev");
  const id: unknown = Array.isArray(found) ? found[0].uuid : undefined;
  const answer = await project.api("dev", "POST", `/d1/database/${String(id)}/query`, { sql });
  return Array.isArray(answer) ? answer[0].results : [];
}
const ledger = async (): Promise<unknown[]> =>
  (await query("SELECT name FROM d1_migrations ORDER BY id")).map(({ name }) => name);

async function file(name: string, sql: string): Promise<void> {
  project.write(join(folder, name), sql);
  const { code, out, err } = await db(project, ["lint", "dome/silo", "--update"]);
  expect(code, out + err).toBe(0);
}
const path = (name: string): string => join(project.folder, folder, name);

const [first, second] = ["0001_create_notes.sql", "0002_add_language.sql"];
const third = "0003_drop_language.sql";

test("a saved plan applies what it showed, also with a contract file that goes on waiting", async () => {
  await file(second, "ALTER TABLE notes ADD COLUMN language TEXT;\n");
  await file(
    third,
    '-- d1:phase contract\n-- d1:data-loss "never used"\nALTER TABLE notes DROP COLUMN language;\n',
  );
  const shown = await succeeding(preview("--save-plan", "plan.json"));
  expect(shown).toContain(`${second}  1 statement, before the code`);
  expect(shown).toContain(`${third} waits (contract)`);
  await succeeding(up("--plan", "plan.json"));
  expect(await ledger()).toEqual([first, second]);
  expect(await succeeding(preview("--expect-no-changes"))).toContain("eligible now: just db contract dev");
});

test("a saved plan applies an opened contract file", async () => {
  const opened = await succeeding(project.just(["db", "contract", "dev"]));
  expect(opened).toContain(`open through ${third}`);
  await succeeding(preview("--save-plan", "plan.json"));
  await succeeding(up("--plan", "plan.json"));
  expect(await ledger()).toEqual([first, second, third]);
  expect((await preview("--expect-no-changes")).code).toBe(0);
});

test("code that needs a column which no migration makes is refused with file and line, before anything changes", async () => {
  const code = "workers/dome/silo/index.ts";
  project.edit(code, (text) => text.replace("UPDATE notes SET queued_at", "UPDATE notes SET queuedat"));
  for (const run of [preview, up]) {
    const out = await refused(run());
    expect(out).toContain("CS1: the code of silo needs a column that dome/silo will have: queuedat");
    expect(out).toMatch(/workers\/dome\/silo\/index\.ts:\d+/);
    expect(out).toContain("near it: queued_at");
    expect(out).not.toContain("replaced");
  }
  const planned = await db(project, ["plan", "dev", "dome/silo"]);
  expect(planned.code).toBe(1);
  expect(planned.out).toContain("CS1");
  project.edit(code, (text) => text.replace("queuedat", "queued_at"));
  expect((await preview("--expect-no-changes")).code).toBe(0);
});

test("after an edit of the provider's own code, an up changes nothing", async () => {
  project.edit("src/dynamic/migrations/migrations-provider.ts", (text) =>
    text.replace("async create(news: unknown)", 'elsewhere: "edited",\n  async create(news: unknown)'),
  );
  project.edit("src/migrations/files/summary.ts", (text) => text.replace('"stmts"', '"statements"'));
  expect((await preview("--expect-no-changes")).code).toBe(0);
  expect(await succeeding(up())).toMatch(/Resources:\n +\d+ unchanged\n/);
});

const chain = (): string => readFileSync(path("chain.txt"), "utf8");

const edits: Readonly<Record<string, readonly [() => Promise<void> | void, RegExp]>> = {
  edited: [
    () => project.append(join(folder, second), "CREATE INDEX late ON notes (title);\n"),
    /0002_add_language\.sql was edited after it was applied[\s\S]*just db accept dome\/silo 0002_add_language\.sql/,
  ],
  deleted: [
    () => rmSync(path(second)),
    /0002_add_language\.sql was applied, and its file is gone[\s\S]*git log --diff-filter=D/,
  ],
  renamed: [
    () => renameSync(path(second), path("0002_language.sql")),
    /0002_add_language\.sql was applied, and is called 0002_language\.sql now[\s\S]*git mv/,
  ],
  "out of order": [
    () => project.write(join(folder, "0000_early.sql"), "CREATE TABLE early (a);\n"),
    /0000_early\.sql comes before a file that is applied already[\s\S]*git mv .*0004_early\.sql/,
  ],
  "with a number twice": [
    () => project.write(join(folder, "0003_twin.sql"), "CREATE TABLE twin (a);\n"),
    /Two files have the same number[\s\S]*next free number/,
  ],
};

for (const [what, [change, says]] of Object.entries(edits)) {
  test(`a file that is ${what} is refused in the preview, with its repair, and nothing is changed`, async () => {
    const before = { text: readFileSync(path(second), "utf8"), chain: chain(), ledger: await ledger() };
    const schema = await query("SELECT sql FROM sqlite_schema ORDER BY name");
    await change();
    expect(await refused(preview())).toMatch(says);
    expect(await refused(up())).toMatch(says);
    expect(await ledger()).toEqual(before.ledger);
    expect(await query("SELECT sql FROM sqlite_schema ORDER BY name")).toEqual(schema);
    for (const name of ["0002_language.sql", "0000_early.sql", "0003_twin.sql"])
      rmSync(path(name), { force: true });
    project.write(join(folder, second), before.text);
    project.write(join(folder, "chain.txt"), before.chain);
  });
}

const fourth = "0004_mood.sql";
test("a refresh shows what wrangler applied, and the next up takes it over", async () => {
  await file(fourth, "ALTER TABLE notes ADD COLUMN mood TEXT;\n");
  const found = await project.api("dev", "GET", "/d1/database?name=silo-dev");
  const id: unknown = Array.isArray(found) ? found[0].uuid : undefined;
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "app",
      compatibility_date: "2026-01-01",
      d1_databases: [{ binding: "DB", database_name: "silo-dev", database_id: id, migrations_dir: folder }],
    }),
  );
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id ?? "";
  const target = {
    api: project.embedded.api,
    token: project.embedded.token,
    account,
    folder: project.folder,
  };
  const ran = await wrangler(target, "d1", "migrations", "apply", "silo-dev", "--remote");
  expect(ran.code, ran.text).toBe(0);
  const refreshed = await succeeding(project.pulumi(["refresh", "--yes", "--diff", "--stack", "dev"]));
  expect(refreshed).toMatch(/\+ 0004_mood\.sql *: "applied by another tool"/);
  expect(refreshed).toMatch(/lastFile *: "000._[a-z_]+\.sql" => "0004_mood\.sql"/);
  expect(await succeeding(up())).toContain(`${fourth} applied by wrangler: taken over`);
  expect((await preview("--expect-no-changes")).code).toBe(0);
});

test("what somebody changed by hand is shown object by object, and taken with a reason", async () => {
  await query("ALTER TABLE notes ADD COLUMN hand TEXT");
  await query("CREATE INDEX by_hand ON notes (hand)");
  const out = await refused(preview());
  expect(out).toMatch(/2 differences:[\s\S]*column hand[\s\S]*just db accept dome\/silo --drift/);
  expect(out).toContain("by_hand");
  await succeeding(
    project.just(["db", "accept", "dome/silo", "--drift", "--reason", "support needed it", "--yes"]),
  );
  expect((await preview("--expect-no-changes")).code).toBe(0);
});

const fifth = "0005_fine.sql";
const sixth = "0006_taken.sql";
test("a file that fails says that nothing of it was applied and what was applied before it; mended, the rest follows", async () => {
  const columns = (
    await query("SELECT name FROM pragma_table_info('notes') WHERE \"notnull\" = 1 OR pk = 1")
  ).map(({ name }) => String(name));
  const values = columns.map(() => "1").join(", ");
  const insert = `INSERT INTO notes (${columns.join(", ")}) VALUES (${values})`;
  await query(insert);
  await file(fifth, "ALTER TABLE notes ADD COLUMN fine TEXT;\n");
  await file(sixth, `${insert};\n`);
  const out = await refused(up());
  expect(out).toContain(`${sixth} was rolled back; nothing of it was applied`);
  expect(out).toContain("UNIQUE constraint failed: notes.");
  expect(out).toContain(`Applied before it: ${fifth}`);
  expect(await ledger()).toEqual([first, second, third, fourth, fifth]);
  await file(sixth, "CREATE INDEX notes_by_fine ON notes (fine);\n");
  await succeeding(up());
  expect(await ledger()).toEqual([first, second, third, fourth, fifth, sixth]);
});

test("an up of the code alone, without the migration that it needs, is refused", async () => {
  const seventh = "0007_late.sql";
  await file(seventh, "ALTER TABLE notes ADD COLUMN late TEXT;\n");
  project.edit("workers/dome/silo/index.ts", (text) => `${text}\nconsole.log("seven");\n`);
  const out = await refused(up("--target", "**WorkerVersion::dome/silo"));
  expect(out).toContain("The code of dome/silo is ahead of its database");
  expect(out).toContain(seventh);
  expect(await ledger()).not.toContain(seventh);
  await succeeding(up());
  expect(await ledger()).toContain(seventh);
});

test("while a rollout is under way a contract is not opened, and the command says what to do", async () => {
  const output: unknown = JSON.parse(
    await succeeding(project.pulumi(["stack", "output", "versions", "--json", "--stack", "dev"])),
  );
  const stable =
    typeof output === "object" && output !== null && "dome/silo" in output ? output["dome/silo"] : "";
  const key = 'lockstep:rollout["dome/silo"]';
  const set = ["--plaintext", `${key}.stable=${String(stable)}`, "--plaintext", `${key}.percent=10`];
  await succeeding(project.pulumi(["config", "set-all", "--stack", "dev", "--path", ...set]));
  project.edit("workers/dome/silo/index.ts", (text) => text.replace('"seven"', '"eight"'));
  await file(
    "0008_less.sql",
    '-- d1:phase contract\n-- d1:data-loss "unused"\nALTER TABLE notes DROP COLUMN late;\n',
  );
  await succeeding(up());
  const waiting = await refused(project.just(["db", "contract", "dev"]));
  expect(waiting).toMatch(
    /0008_less\.sql is waiting, not eligible yet[\s\S]*silo-dev is served by .* at (90|10) %/,
  );
  expect(waiting).toMatch(/fix: finish the rollout .*just pulumi-up dev.*just db contract dev/);
  await succeeding(project.pulumi(["config", "rm", "--path", key, "--stack", "dev"]));
  await succeeding(up());
  expect(await succeeding(project.just(["db", "contract", "dev"]))).toContain("open through 0008_less.sql");
});
