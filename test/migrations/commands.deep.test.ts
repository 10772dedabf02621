import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";
import { createDatabase, type DbRan, expectDb, db as run } from "./testing/db-command.ts";
import { shopSystem } from "./testing/shop.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

let project: Clone;
beforeAll(async () => {
  project = await clone();
  shopSystem(project);
});
afterAll(() => project.remove());

const db = (...words: string[]): Promise<DbRan> => run(project, words);
const { good, bad, json } = expectDb(() => project);

test("help lists every command; a wrong one, option, stage or database is told with what there is", async () => {
  expect(await good("--help")).toMatch(/^new [\s\S]*^accept /m);
  expect((await db()).err).toContain("db <command>");
  expect(await bad("nonsense")).toMatch(/no such command[\s\S]*new, lint, status/);
  expect(await bad("status", "--colour")).toMatch(/options cannot be read[\s\S]*status \[<stage>\]/);
  expect(await bad("status", "stagng")).toMatch(/got: +stagng\n.*shop\/shop-db.*stage: dev, staging, prod/);
  expect(await bad("status", "dev", "staging")).toMatch(/needs one stage/);
  expect(await bad("rehearse")).toMatch(/works on one database/);
  const refused = await db("query", "shop/shop-db", "SELECT 1", "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.out)).toMatchObject({
    errors: [
      {
        what: "The database does not exist yet",
        fix: "dev does not have its system: put it into lockstep:systems of Pulumi.dev.yaml, then just pulumi-up dev",
      },
    ],
  });
});

test("without a terminal and through just, the same words, without colours", async () => {
  const plain = await project.just(["db", "status", "dome/silo"], { NO_COLOR: "1" });
  expect(plain.code, plain.out).toBe(0);
  expect(plain.out).toContain("not created yet");
  expect(plain.out).not.toContain("\u001b");
  const refused = await project.just(["db", "nonsense"]);
  expect(refused.code).toBe(1);
  expect(refused.out).not.toContain("error: Recipe");
});

test("new writes the next number from the template; lint says what is wrong with it, and keeps the chain", async () => {
  expect(await bad("new", "shop/shop-db", "Bad-Name")).toContain("just db new shop/shop-db add_email");
  expect(await good("new", "shop/shop-db", "create_users")).toContain(
    "migrations/shop/db/0001_create_users.sql",
  );
  const path = "migrations/shop/db/0001_create_users.sql";
  expect(readFileSync(join(project.folder, path), "utf8")).toContain("-- Create users\n-- Migration: 0001");
  expect(await good("lint", "shop/shop-db")).toContain("no findings"); // as it comes out of the template
  project.append(path, "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n");
  project.append(path, "INSERT INTO nobody (id) VALUES (1);\n");
  expect(await bad("lint", "shop/shop-db")).toMatch(/0001_create_users\.sql:\d+ +error/);
  // A refused file is not recorded, so its correction is no edit of what was.
  project.edit(path, (text) => text.replace("INTO nobody", "INTO users"));
  expect(await good("lint", "shop/shop-db")).toContain("no findings");
  project.edit(path, (text) => text.replace(/INSERT.*\n/, ""));
  expect(await bad("lint", "shop/shop-db")).toMatch(/CH1[\s\S]*just db lint --update/);
  await good("lint", "shop/shop-db", "--update");
  expect(readFileSync(join(project.folder, "migrations/shop/db/chain.txt"), "utf8")).toContain(
    "0001_create_users",
  );
  expect(await json("new", "shop/shop-db", "drop_email", "--contract")).toEqual({
    file: "migrations/shop/db/0002_drop_email.sql",
  });
  expect(readFileSync(join(project.folder, "migrations/shop/db/0002_drop_email.sql"), "utf8")).toContain(
    "-- d1:phase contract\n",
  );
  project.write("migrations/shop/db/0002_drop_email.sql", "CREATE INDEX by_email ON users (email);\n");
  await good("lint");
});

test("lint takes any folder, from where it is typed: findings as JSON, exit 1 for an error only", async () => {
  mkdirSync(join(project.folder, "elsewhere/sql"), { recursive: true });
  project.write("elsewhere/sql/0001_a.sql", "CREATE TABLE a (x);\n");
  const inside = join(project.folder, "elsewhere");
  expect(await run(project, ["lint", "sql", "--json"], "", inside)).toMatchObject({ code: 0, out: "[]\n" });
  expect(existsSync(join(inside, "sql/chain.txt"))).toBe(false);
  project.write("elsewhere/sql/0002_b.sql", "\nDROP TABLE a;\n");
  project.write("elsewhere/sql/0003_c.sql", "SELECT 1;\r\n");
  const { code, out } = await run(project, ["lint", "sql", "--json"], "", inside);
  expect(code).toBe(1);
  const found: unknown = JSON.parse(out);
  expect(found).toContainEqual({
    file: "elsewhere/sql/0002_b.sql",
    line: 2,
    code: "DL1",
    severity: "error",
    message: expect.stringContaining("a"),
    fix: expect.stringContaining("d1:"),
  });
  expect(found).toContainEqual(
    expect.objectContaining({ file: "elsewhere/sql/0003_c.sql", line: 1, code: "RD1" }),
  );
  expect((await run(project, ["lint", "sql"], "", inside)).out).toMatch(/0002_b\.sql:2 {2}error DL1/);
  const byJust = await project.just(["db", "lint", "sql"], {}, inside);
  expect(byJust.out).toMatch(/0002_b\.sql:2 {2}error DL1/);
  expect(await bad("lint", "no/such")).toMatch(/no such folder[\s\S]*looked for at .*no\/such/);
});

test("status, plan, rehearse and diff of a database that has one file of two", async () => {
  expect(await good("status")).toMatch(/shop\/shop-db +0 +2 .*not created yet/);
  expect(await bad("rehearse", "shop/shop-db")).toContain("just pulumi-up dev");
  await createDatabase(project, "shop-db-dev", [
    'CREATE TABLE "d1_migrations"(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    "INSERT INTO d1_migrations (name) VALUES ('0001_create_users.sql')",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO users (email) VALUES ('a'), ('b')",
  ]);
  expect(await json("status", "shop/shop-db")).toMatchObject([
    {
      database: "shop/shop-db",
      applied: ["0001_create_users.sql"],
      expand: ["0002_drop_email.sql"],
      drift: [],
      refusals: [],
    },
  ]);
  const plan = await good("plan", "shop-db");
  expect(plan).toContain("0001_create_users.sql applied by wrangler: taken over");
  expect(plan).toMatch(/0002_drop_email\.sql {2}1 statement, before the code\n +1 {2}CREATE INDEX by_email/);
  const rehearsal = await json("rehearse", "shop/shop-db");
  expect(rehearsal).toMatchObject({
    files: [{ name: "0002_drop_email.sql" }],
    tables: [{ table: "users", rowsBefore: 2, rowsAfter: 2 }],
    indexesMade: ["by_email"],
    foreignKeyViolationsAfter: 0,
  });
  const [files, dev] = ["files:shop/shop-db", "dev:shop/shop-db"];
  expect(await bad("diff", files, dev)).toContain(`- index by_email (only in ${files})`);
  expect(await bad("diff", dev, files)).toContain(`+ index by_email (only in ${files})`);
  expect(await bad("diff", "dev")).toContain("<stage>:<database>");
});

test("query and shell only read", async () => {
  expect(await good("query", "shop/shop-db", "SELECT email FROM users ORDER BY id")).toBe("email\na\nb\n");
  expect(await json("query", "shop/shop-db", "SELECT count(*) AS n FROM users")).toMatchObject([
    { results: [{ n: 2 }] },
  ]);
  expect(await bad("query", "shop/shop-db", "SELECT 1; DELETE FROM users")).toMatch(
    /Only statements that read[\s\S]*got: +DELETE FROM users/,
  );
  expect(await bad("query", "shop/shop-db", "SELECT nope FROM users")).toContain("no such column: nope");
  expect(await bad("query", "shop/shop-db")).toContain('"SELECT <columns> FROM <table>"');
  const typed =
    "SELECT max(email)\n  AS top -- ;\n  FROM users;\nDROP TABLE users;\n.tables\n.schema users\n.nonsense\n.exit\nSELECT 1;\n";
  const { code, out } = await run(project, ["shell", "shop/shop-db"], typed);
  expect(code).toBe(0);
  expect(out).toMatch(/^top\nb\n[\s\S]*Only statements that read/);
  expect(out).toMatch(/^users +table$/m);
  expect(out).toMatch(/^CREATE TABLE users \(.*\);$/m);
  expect(out).toMatch(/no such word[\s\S]*type \.help/);
  expect(out).not.toContain("\n1\n");
  expect((await run(project, ["shell", "shop/shop-db"], ".help\nSELECT 7 AS last")).out).toMatch(
    /ends with a semicolon[\s\S]*last\n +7\n$/,
  );
});

test("seed writes its rows once, again when a file changes, and never in prod", async () => {
  project.write(
    "seeds/shop/db/0001_users.sql",
    "INSERT INTO users (id, email) VALUES (10, 's') ON CONFLICT (id) DO UPDATE SET email = excluded.email;\n",
  );
  expect(await good("seed", "shop/shop-db", "--yes")).toContain("0001_users.sql");
  expect(await good("seed", "shop/shop-db", "--yes")).toContain("nothing new");
  project.edit("seeds/shop/db/0001_users.sql", (text) => text.replace("'s'", "'t'"));
  await good("seed", "dev", "shop/shop-db", "--yes", "dev");
  expect(await good("query", "shop/shop-db", "SELECT email FROM users WHERE id = 10")).toContain("t");
  expect(await bad("seed", "prod")).toContain("never written to this stage");
  expect(await good("seed", "staging", "--yes")).toContain("not created yet in staging");
});

test("what writes into a stage's databases wants a yes where no terminal is, and the stage's own", async () => {
  expect(await bad("seed", "shop/shop-db")).toMatch(/Write test data to dev was not confirmed[\s\S]*--yes/);
  expect(await bad("seed", "shop/shop-db", "--yes", "staging")).toMatch(/was not confirmed[\s\S]*--yes dev/);
  expect(await bad("accept", "shop/shop-db", "--drift", "--reason", "x")).toContain("was not confirmed");
  const baseline = [
    "baseline",
    "prod",
    "shop/shop-db",
    "--through",
    "0001_create_users.sql",
    "--reason",
    "x",
  ];
  expect(await bad(...baseline)).toContain("The database does not exist yet");
});

test("contract and corpus of a stage with nothing to open and nothing seen say so", async () => {
  expect(await good("contract", "shop/shop-db")).toContain("no contract file is waiting");
  expect(await good("contract", "staging")).toContain("just pulumi-up staging");
  expect(await good("corpus")).toMatch(/dome\/silo +0 +none seen/);
});

test("drift of a database that only wrangler knew is told, and taken with its reason", async () => {
  await good("query", "shop/shop-db", "SELECT 1");
  await project.api("dev", "POST", `/d1/database/${await idOf("shop-db-dev")}/query`, {
    sql: "ALTER TABLE users ADD COLUMN hand TEXT",
  });
  const refused = await bad("plan", "shop/shop-db");
  expect(refused).toMatch(/column hand/);
  expect(refused).toContain("just db accept shop/shop-db --drift");
  expect(await bad("status", "shop/shop-db")).toContain("what to do about it: just db plan");
  expect(await bad("accept", "shop/shop-db", "--drift")).toContain('--drift --reason "why"');
  expect(await bad("accept", "shop/shop-db")).toContain("--drift for the live schema");
  await good("accept", "shop/shop-db", "--drift", "--reason", "support needed it", "--yes");
  expect(await good("status", "shop/shop-db")).toMatch(/shop\/shop-db +1 +1 +0 +0/);
  expect(await good("query", "shop/shop-db", "SELECT kind, reason FROM _mig_audit")).toContain(
    "support needed it",
  );
});

test("an edited file is taken with its reason; one that is as it was is nothing to accept", async () => {
  const first = "migrations/shop/db/0001_create_users.sql";
  project.append(first, "-- a comment\n");
  expect((await db("plan", "shop/shop-db")).out).toMatch(
    /was edited after it was applied[\s\S]*just db accept shop\/shop-db/,
  );
  await good("accept", "shop/shop-db", "0001_create_users.sql", "--reason", "only a comment", "--yes");
  expect(await good("lint", "shop/shop-db", "--update")).toContain("no findings");
  await good("plan", "shop/shop-db");
  expect(await bad("accept", "shop/shop-db", "0001_create_users.sql", "--reason", "x", "--yes")).toContain(
    "as it was applied",
  );
  expect(await bad("accept", "shop/shop-db", "0009_none.sql", "--reason", "x", "--yes")).toContain(
    "no such migration file",
  );
  expect(await bad("baseline", "shop/shop-db", "--infer")).toContain("needs no baseline");
});

test("generate writes a seed file with rows for each table, that seed takes", async () => {
  expect(await bad("generate", "shop/shop-db", "--rows", "many")).toContain("whole number from 1 to 1000");
  const first = "migrations/shop/db/0001_create_users.sql";
  const before = readFileSync(join(project.folder, first), "utf8");
  project.append(first, "INSERT INTO nobody (id) VALUES (1);\n");
  expect(await bad("generate", "shop/shop-db")).toMatch(/do not run[\s\S]*just db lint shop\/shop-db/);
  expect(await bad("lint", "shop/shop-db")).toContain("0001_create_users.sql");
  project.edit(first, () => before);
  const file = (await good("generate", "shop/shop-db", "--rows", "7")).split("\n")[0] ?? "";
  expect(file).toMatch(/^seeds\/shop\/db\/\d{4}_generated\.sql$/);
  expect(await bad("generate", "shop/shop-db")).toContain("may have been edited");
  expect(await good("seed", "dev", "shop/shop-db", "--yes")).toContain("_generated.sql");
  expect(await good("query", "shop/shop-db", "SELECT count(*) FROM users WHERE id > 1000000")).toMatch(/7/);
  unlinkSync(join(project.folder, file));
});

test("reset drops everything of an embedded database, says how many rows, and applies files and seeds anew", async () => {
  expect(await bad("reset", "shop/shop-db", "--yes")).toMatch(
    /Which stage's database[\s\S]*just db reset dev/,
  );
  expect(await bad("reset", "prod", "shop/shop-db", "--yes", "prod")).toContain("prod is protected");
  const real = await bad("reset", "dev", "shop/shop-db", "--yes", "--target", "cloudflare");
  expect(real).toMatch(/real account is not reset[\s\S]*just db reset dev shop\/shop-db/);
  expect(await bad("reset", "dev", "shop/shop-db")).toContain(
    "Drop 10 rows of 1 table of shop/shop-db in dev was not",
  );
  expect(await json("reset", "dev", "shop/shop-db", "--yes")).toEqual({
    dropped: { tables: 1, rows: 10 },
    applied: ["0001_create_users.sql", "0002_drop_email.sql"],
    seeded: ["0001_users.sql"],
  });
  expect(await good("query", "shop/shop-db", "SELECT id, email FROM users")).toMatch(/^id +email\n10 +t\n$/);
  expect(await good("status", "shop/shop-db")).toMatch(/shop\/shop-db +2 +0 +0 +0/);
});

test("copy puts the rows of one stage, by the rules of each column, in the place of another's", async () => {
  const made = await project.api("prod", "POST", "/d1/database", { name: "shop-db-staging" });
  const staging = z.object({ uuid: z.string() }).parse(made).uuid;
  const sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)";
  await project.api("prod", "POST", `/d1/database/${staging}/query`, { sql });
  await good("seed", "staging", "shop/shop-db", "--yes");
  const words = ["copy", "dev", "staging", "shop/shop-db"];
  expect(await bad("copy", "shop/shop-db", "dev")).toMatch(/two stages[\s\S]*just db copy <from> <to>/);
  expect(await bad("copy", "dev", "prod", "shop/shop-db")).toContain("prod is protected");
  const block = /"users": \{[\s\S]*?\}/.exec(await bad(...words))?.[0] ?? "";
  expect(block).toMatch(/"id": "keep",\s+"email": "fake"/);
  project.edit("src/systems/shop.ts", (text) =>
    text.replace('"migrations/shop/db"', `"migrations/shop/db", copy: { ${block} }`),
  );
  expect(await bad(...words)).toContain("in the place of the 1 in staging was not confirmed");
  expect(await json(...words, "--yes")).toMatchObject({ from: "dev", to: "staging", rows: 1 });
  const [from, to] = await Promise.all(
    ["dev", "staging"].map((stage) => good("query", stage, "shop/shop-db", "SELECT email FROM users")),
  );
  expect(from).toMatch(/^email *\nt *\n$/);
  expect(to).toMatch(/^email *\n\w+\.\w+@example\.com\n$/);
  await project.api("prod", "DELETE", `/d1/database/${staging}`);
});

test("squash puts one file in the place of several that git has and every stage has applied, and each plan takes it over", async () => {
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: project.folder,
    });
  const folder = "migrations/shop/db";
  const words = ["squash", "shop/shop-db", "--through", "0002_drop_email.sql"];
  expect(await bad(...words)).toContain("git does not have them");
  git("init", "--quiet");
  git("add", folder);
  git("commit", "--quiet", "-m", "files");
  expect(await bad("squash", "shop/shop-db")).toMatch(
    /through which file[\s\S]*just db squash shop\/shop-db --through 0002_drop_email\.sql/,
  );
  expect(await bad("squash", "shop/shop-db", "--through", "0001_create_users.sql")).toContain(
    "nothing to squash",
  );
  expect(await bad(...words, "--name", "drop_email")).toContain("needs another name");
  project.append(`${folder}/0002_drop_email.sql`, "-- unfinished\n");
  expect(await bad(...words)).toContain("0002_drop_email.sql was edited after it was recorded");
  git("restore", folder);
  project.write(`${folder}/0003_more.sql`, "ALTER TABLE users ADD COLUMN more TEXT;\n");
  expect(await bad(...words)).toContain("0003_more.sql is not in the chain yet");
  await good("lint", "shop/shop-db");
  expect(await bad(...words)).toMatch(/not as it was committed[\s\S]*0003_more\.sql/);
  git("add", folder);
  git("commit", "--quiet", "-m", "one more");
  const third = [...words.slice(0, 3), "0003_more.sql"];
  expect(await bad(...third)).toMatch(/dev has not applied all files[\s\S]*pending there: 0003_more\.sql/);
  expect(await json(...words)).toEqual({
    file: `${folder}/0002_squashed.sql`,
    squashed: ["0001_create_users.sql", "0002_drop_email.sql"],
    asked: ["dev"],
  });
  expect(readdirSync(join(project.folder, folder)).sort()).toEqual([
    "0002_squashed.sql",
    "0003_more.sql",
    "chain.txt",
  ]);
  expect(await good("lint", "shop/shop-db")).toContain("no findings");
  expect(await good("plan", "shop/shop-db")).toMatch(
    /0002_squashed\.sql takes the place of 0001_create_users\.sql, 0002_drop_email\.sql[\s\S]*0003_more\.sql {2}1 statement/,
  );
  expect(await json("rehearse", "shop/shop-db")).toMatchObject({ files: [{ name: "0003_more.sql" }] });
  expect(await good("status", "shop/shop-db")).toMatch(/shop\/shop-db +1 +1 +0 +0/);
  git("add", folder);
  git("commit", "--quiet", "-m", "squashed");
  expect(await bad(...third)).toMatch(
    /dev has not taken over 0002_squashed\.sql yet[\s\S]*just pulumi-up dev/,
  );
  expect(await json("new", "shop/shop-db", "later")).toEqual({ file: `${folder}/0004_later.sql` });
});

async function idOf(name: string): Promise<string> {
  const found = await project.api("dev", "GET", `/d1/database?name=${name}`);
  return Array.isArray(found) && found.length > 0 ? String(found[0].uuid) : "";
}
