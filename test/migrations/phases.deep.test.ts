import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Ran } from "../../toolchain/fixture/project.ts";
import { type Clone, clone } from "../clone.ts";
import { succeeding } from "../ran.ts";

let project: Clone;
const folder = "migrations/dome/silo";
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const up = (): Promise<string> =>
  succeeding(project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]));
const preview = (...more: string[]): Promise<Ran> => project.pulumi(["preview", "--stack", "dev", ...more]);
const db = (...args: string[]): Promise<string> => succeeding(project.just(["db", ...args]));
const ledger = async (): Promise<string[]> => {
  const rows = JSON.parse(
    await db("query", "dome/silo", "SELECT name FROM d1_migrations ORDER BY id", "--json"),
  );
  return rows[0].results.map((row: { name: string }) => row.name);
};

/** Stores a note: from then on the target knows what the workers run. */
async function exercise(): Promise<void> {
  const note = { title: crypto.randomUUID(), text: "words" };
  await project.visit("dome-api-dev.dev.localhost", "/notes", note);
}

/** Code that comes alone: what is new in it, and reads all of a large table, is told before it is deployed, and by `db advise`. */
async function costsOfNewCode(): Promise<void> {
  await exercise();
  const found: unknown = await project.api("dev", "GET", "/d1/database");
  const databases = z.array(z.object({ uuid: z.string(), name: z.string() })).parse(found);
  const id = databases.find(({ name }) => name.includes("silo"))?.uuid;
  const query = (sql: string): Promise<unknown> =>
    project.api("dev", "POST", `/d1/database/${id}/query`, { sql });
  await query(
    `INSERT INTO notes (id, title, excerpt, r2_key, content_hash, created_at)
     SELECT 'many-' || i, 't', 'e', 'k', 'h' || i, '2026' FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT i FROM n)`,
  );
  const path = "workers/dome/silo/index.ts";
  const [before, wanted] = ["  private row(id: string)", "SELECT id FROM notes WHERE content_hash = ?"];
  const method = `  async byHash(hash: string) { return this.env.DB.prepare("${wanted}").bind(hash).first(); }\n`;
  project.edit(path, (text) => text.replace(before, `${method}${before}`));
  const told = new RegExp(
    `dome/silo: new in the code(?: of silo)?\\n.*warning cost: silo reads all rows of notes \\(.*1,50\\d\\) each time, it is new: ${wanted.replace("?", "\\?")}`,
  );
  const alone = await preview();
  expect(alone.code, alone.out).toBe(0);
  expect(alone.out).toMatch(told);
  expect(await db("plan", "dev", "dome/silo")).toMatch(told);
  expect(alone.out).toContain("what would help: just db advise dome/silo");
  const advised = await db("advise", "dome/silo");
  expect(advised).toMatch(/reads all rows +notes +(?:about )?1,50\d/);
  expect(advised).toContain(`silo: ${wanted}`);
  expect(advised).toContain("CREATE INDEX notes_by_content_hash ON notes (content_hash)");
  expect(advised).toContain("as a migration: just db advise dome/silo --write");
  const written = await db("advise", "dome/silo", "--write");
  expect(written).toContain("just db lint dome/silo");
  expect(await db("lint", "dome/silo")).toContain("no findings");
  const chain = join(project.folder, folder, "chain.txt");
  const made = /\d{4}_\w+\.sql/.exec(written)?.[0] ?? "a file";
  rmSync(join(project.folder, folder, made));
  writeFileSync(chain, readFileSync(chain, "utf8").replace(new RegExp(`^.*${made}.*\n`, "m"), ""));
  project.edit(path, (text) => text.replace(method, ""));
  await query("DELETE FROM notes WHERE id LIKE 'many-%'");
}

test("expand runs before the code, contract is opened by data, for the code that serves, and runs in a later up", async () => {
  const [first, second, third] = ["0001_create_notes.sql", "0002_add_language.sql", "0003_drop_language.sql"];
  project.write(join(folder, second), "ALTER TABLE notes ADD COLUMN language TEXT;\n");
  const reading = "created_at, queued_at, language FROM notes WHERE id";
  const notReading = "created_at, queued_at FROM notes WHERE id";
  project.edit("workers/dome/silo/index.ts", (text) => text.replace(notReading, reading));
  expect(await db("lint")).toContain("no findings");
  await up();
  expect(await ledger()).toEqual([first, second]);

  await costsOfNewCode();

  project.write(
    join(folder, third),
    '-- d1:phase contract\n-- d1:data-loss "nobody ever said a language"\nALTER TABLE notes DROP COLUMN language;\n',
  );
  await db("lint");
  expect((await preview()).out).toContain(`${third} waits (contract)`);
  await up();
  expect(await ledger()).toEqual([first, second]);

  // Nothing changes, and one line still says what waits.
  expect((await preview("--expect-no-changes")).out).toContain(
    `${third} waiting, eligible now: just db contract dev`,
  );

  // Open, but the code that is declared reads the column: its text says so.
  expect(await db("contract", "dev")).toContain(`dome/silo: open through ${third}`);
  const read = await preview();
  expect(read.code).not.toBe(0);
  expect(read.out).toContain(`the code of silo needs a column that ${third} takes away: language`);
  expect(read.out).toMatch(/where: +workers\/dome\/silo\/index\.ts:\d+/);

  // And the version that serves was seen to read it: that is known once it was exercised, and no word about its text waives it.
  await exercise();
  const waiver = '// d1:allow CS1 "a comment is not part of what is deployed"\n';
  const statement = "    return this.env.DB.prepare(\n";
  project.edit("workers/dome/silo/index.ts", (text) => text.replace(statement, waiver + statement));
  const refused = await preview();
  project.edit("workers/dome/silo/index.ts", (text) => text.replace(waiver, ""));
  expect(refused.code).not.toBe(0);
  expect(refused.out).toMatch(/silo-dev@[0-9a-f]{8} would break: no such column: language/);
  expect(refused.out).toMatch(/\(\d+ statements recorded of silo-dev@[0-9a-f]{8}, none in corpus\/dome\)/);
  expect(refused.out).toContain(third);
  await db("corpus");

  const output = await succeeding(project.pulumi(["stack", "output", "--json", "--stack", "dev"]));
  const before: string = JSON.parse(output).versions["dome/silo"];

  // The up that brings new code runs no contract: it was opened for the code before.
  project.edit("workers/dome/silo/index.ts", (text) => text.replace(reading, notReading));
  await up();
  expect(await ledger()).toEqual([first, second]);

  expect(await db("plan", "silo")).toContain(`${third} waits (contract)`); // the opening was for another version
  await db("contract", "dev");
  expect((await project.just(["db", "plan", "silo"])).out).toContain(
    "silo would break: no such column: language",
  );

  // The version that read the column serves no more; what was committed of it still says so.
  const written = await preview();
  expect(written.out).toMatch(
    /silo would break: no such column: language[\s\S]*none recorded of silo-dev@[0-9a-f]{8}, \d+ statements? more in corpus\/dome[\s\S]*just db corpus/,
  );
  await exercise();
  await db("corpus");
  expect(await db("plan", "silo")).toMatch(
    /0003_drop_language\.sql {2}1 statement, contract, opened[\s\S]*held against the code: \d+ statements/,
  );
  // What was opened is a content: an edit of it has to be looked at and opened again.
  project.append(join(folder, third), "-- nobody ever did\n");
  await db("lint", "--update");
  const edited = await preview();
  expect(edited.code).not.toBe(0);
  expect(edited.out).toMatch(/it is not open any more[\s\S]*just db contract/);
  await db("contract");
  const shown = await preview();
  expect(shown.out).toContain(`${third}  1 statement, contract, opened`);
  expect(shown.out).toMatch(/held against the code: \d+ statements recorded of silo-dev@[0-9a-f]{8}/);
  await up();
  expect(await ledger()).toEqual([first, second, third]);
  expect((await preview("--expect-no-changes")).code).toBe(0);
  // The step that ran last is the one that knows the schema.
  const told = await succeeding(project.just(["outputs", "dev"]));
  expect(told).toMatch(
    new RegExp(`dome/silo {2}d1\\n.*\\n.*\\n +migration ${third}\\n +applied +3\\n +bookmark `),
  );

  // Squashed, one row takes the place of the three; that the contract ran is known still.
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: project.folder,
    });
  git("init", "--quiet");
  git("add", folder);
  git("commit", "--quiet", "-m", "files");
  expect(await db("squash", "dome/silo", "--through", third)).toContain("stands for 3 files");
  const squashed = "0003_squashed.sql";
  expect(await succeeding(preview())).toContain(
    `${squashed} takes the place of ${first}, ${second}, ${third}`,
  );
  await up();
  expect(await ledger()).toEqual([squashed]);
  expect((await preview("--expect-no-changes")).code).toBe(0);

  // What the contract took away, the version before it may still need.
  const rollout = 'lockstep:rollout["dome/silo"]';
  const set = ["--plaintext", `${rollout}.stable=${before}`, "--plaintext", `${rollout}.percent=0`];
  await succeeding(project.pulumi(["config", "set-all", "--stack", "dev", "--path", ...set]));
  project.edit("workers/dome/silo/index.ts", (text) => `${text}\nexport const marker = 2;\n`);
  const back = await preview();
  expect(back.code, back.out).not.toBe(0);
  expect(back.out).toMatch(/rollback past a contract migration[\s\S]*0003_drop_language\.sql/);
});
