import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { endProcess } from "../../cli/start/end-process.ts";
import { listen } from "../../embedded/listen.ts";
import { type Clone, clone } from "../clone.ts";
import { createDatabase, type DbRan, db as run } from "./testing/db-command.ts";

/** Which account `db` asks: the embedded one unless `--target cloudflare` is said, whatever shell it is typed in. */
let project: Clone;
const account = "0123456789abcdef0123456789abcdef";
/** Stands for the real account's API: it has no databases, and remembers who asked for what. */
const asked: string[] = [];
const real = createServer(({ url, headers }, response) => {
  asked.push(`${url} ${headers.authorization}`);
  response.end(JSON.stringify({ success: true, errors: [], messages: [], result: [] }));
});
let realShell: NodeJS.ProcessEnv;
let embeddedShell: NodeJS.ProcessEnv;
const connectionFile = (): string => join(project.folder, ".lockstep/embedded/connection.json");

beforeAll(async () => {
  project = await clone();
  realShell = {
    PULUMI_BACKEND_URL: "s3://team-state",
    CLOUDFLARE_BASE_URL: `http://127.0.0.1:${await listen(real, 0, { orAnother: false })}/client/v4`,
    CLOUDFLARE_API_TOKEN: "real-token",
    CLOUDFLARE_ACCOUNT_ID: account,
  };
  embeddedShell = {
    PULUMI_BACKEND_URL: pathToFileURL(join(project.folder, ".lockstep/state")).href,
    PULUMI_DEBUG_PROVIDERS: "cloudflare:1",
    CLOUDFLARE_BASE_URL: realShell["CLOUDFLARE_BASE_URL"],
  };
});
beforeEach(() => {
  asked.length = 0;
  rmSync(join(project.folder, ".env.staging"), { force: true });
});
afterAll(async () => {
  real.close();
  await project.remove();
});
const db = (env: NodeJS.ProcessEnv, ...words: string[]): Promise<DbRan> =>
  run(project, words, "", project.folder, env);

test("in a shell of a real account it asks the embedded one, and the real one hears nothing", async () => {
  await createDatabase(project, "silo-dev", ["CREATE TABLE here (id INTEGER PRIMARY KEY)"]);
  const sql = "SELECT name FROM sqlite_schema WHERE name = 'here'";
  const note = "On the embedded target. For the account of this shell's token: --target cloudflare\n";
  expect(await db(realShell, "query", "silo", sql)).toEqual({ code: 0, out: "name\nhere\n", err: note });
  expect((await db(embeddedShell, "query", "silo", sql)).err).toBe("");
  const staging = await db(realShell, "status", "staging", "--json");
  expect(staging).toMatchObject({ code: 0, err: note });
  const databases: readonly { readonly exists: boolean }[] = JSON.parse(staging.out);
  expect(databases.length).toBeGreaterThan(1);
  expect(databases.filter(({ exists }) => exists)).toEqual([]);
  expect(asked).toEqual([]);
});

test("--target cloudflare asks the real account, with token and account of the shell or of the stage's file", async () => {
  const answer = await db(realShell, "status", "staging", "silo", "--target", "cloudflare");
  expect(answer.code, answer.err).toBe(0);
  expect(answer.err).toBe(`staging, account ${account}\n`);
  project.write(".env.staging", `CLOUDFLARE_API_TOKEN=of-file\nCLOUDFLARE_ACCOUNT_ID=${account}\n`);
  // Also from a shell that `env` made.
  const missing = await db(embeddedShell, "rehearse", "staging", "silo", "--target", "cloudflare");
  expect(missing.err).toContain("fix:      just pulumi-up staging --target cloudflare\n");
  const path = `/client/v4/accounts/${account}/d1/database?name=silo-staging`;
  expect(asked).toEqual([`${path} Bearer real-token`, `${path} Bearer of-file`]);
});

test("a real account's id may stand in the stack file, and has to agree with the shell's", async () => {
  const { CLOUDFLARE_ACCOUNT_ID: _, ...withoutAccount } = realShell;
  const words = ["status", "staging", "--target", "cloudflare"];
  expect((await db(withoutAccount, ...words)).err).toContain(
    "Missing required configuration variable 'cloudflare:accountId'",
  );
  const other = "f".repeat(32);
  project.edit("Pulumi.staging.yaml", (text) =>
    text.replace(/^config:$/m, `$&\n  cloudflare:accountId: ${other}`),
  );
  expect((await db(realShell, ...words)).err).toContain("Two different accounts are configured");
  expect(asked).toEqual([]);
  expect((await db(withoutAccount, ...words)).code).toBe(0);
  expect(asked[0]).toContain(`/accounts/${other}/`);
});

test.each([
  [["status"], {}, /The command needs one stage[\s\S]*just db status staging --target cloudflare/],
  [["status", "staging"], { CLOUDFLARE_API_TOKEN: "" }, /no API token for the real account/],
  [["corpus", "staging"], {}, /A real account records no statements[\s\S]*then: just db corpus staging\n/],
  [
    ["status", "staging"],
    { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1/client/v4" },
    /those of the embedded Cloudflare[\s\S]*unset CLOUDFLARE_API_BASE_URL/,
  ],
])("%j --target cloudflare with %j is refused before anybody is asked", async (words, more, message) => {
  const refused = await db({ ...realShell, ...more }, ...words, "--target", "cloudflare", "--json");
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(message);
  expect(JSON.parse(refused.out)).toMatchObject({ errors: [{ fix: expect.any(String) }] });
  expect(asked).toEqual([]);
});

test("a shell and the stage's file that name two tokens are refused", async () => {
  project.write(".env.staging", "CLOUDFLARE_API_TOKEN=another\n");
  const refused = await db(realShell, "status", "staging", "--target", "cloudflare");
  expect(refused.err).toMatch(/The shell and \.env\.staging disagree[\s\S]*CLOUDFLARE_API_TOKEN/);
  expect(asked).toEqual([]);
});

test("new, lint and mistakes need no process; what asks a database starts it", async () => {
  await project.embedded.close();
  rmSync(connectionFile(), { force: true });
  expect((await db(realShell, "lint")).code).toBe(0);
  expect((await db(realShell, "new", "silo", "add_tags")).code).toBe(0);
  const renaming = await db(realShell, "new", "silo", "--rename", "notes.title=heading", "--json");
  expect(JSON.parse(renaming.out).files).toEqual(
    ["0003_add_notes_heading", "0004_relax_notes_title", "0005_drop_notes_title"].map(
      (name) => `migrations/dome/silo/${name}.sql`,
    ),
  );
  expect((await db(realShell, "lint", "silo")).out).not.toMatch(/warning|error/);
  const mistakes = [
    ["status", "nowhere"],
    ["plan", "silo", "more"],
    ["accept", "silo"],
    ["diff", "dev:silo"],
  ];
  const answers = await Promise.all(mistakes.map((words) => db(realShell, ...words)));
  expect(answers.map(({ code }) => code)).toEqual(mistakes.map(() => 1));
  expect(existsSync(connectionFile())).toBe(false);
  const started = await db(realShell, "query", "silo", "SELECT count(*) AS n FROM here", "--json");
  try {
    expect(started.code, started.err).toBe(0);
    expect(JSON.parse(started.out)).toMatchObject([{ results: [{ n: 0 }] }]);
  } finally {
    const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(readFileSync(connectionFile(), "utf8")));
    expect(pid).not.toBe(process.pid);
    await endProcess(pid);
  }
});
