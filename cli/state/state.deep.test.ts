import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { writtenSince } from "../../src/backup/d1/written-since.ts";
import { readWorkflow } from "../../test/ci/workflow.ts";
import { type Clone, clone } from "../../test/clone.ts";

/**
 * A secret's whole life on the real engine, and the state's: set, used, backed up, rotated, restored. The tests go on from each
 * other. Everything that was printed or written is searched for the two values at the end.
 */
const first = "canary-first-7d1f0c6b52";
const second = "canary-second-e93a48d07f";
let project: Clone;
const heard: string[] = [];

beforeAll(async () => {
  project = await clone({ log: (line) => heard.push(line) });
  project.edit("src/systems/dome.ts", (text) =>
    text
      .replace("  queue,\n  r2,", "  queue,\n  r2,\n  secret,")
      .replace("    RAW: raw,\n", '    RAW: raw,\n    PROBE: secret("probe"),\n'),
  );
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(
      /async fetch\((\w+)[^{]*\{/,
      (head, request) =>
        `${head}\n    if (${request}.url.endsWith("/probe")) return new Response(env.PROBE);`,
    ),
  );
});
afterAll(() => project.remove());

async function ran(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, out } = await project.pulumi(args, env);
  heard.push(out);
  expect(code, out).toBe(0);
  return out;
}
async function just(
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<{ code: number | null; out: string }> {
  const { code, out } = await project.just(args, env);
  heard.push(out);
  return { code, out };
}
const secretIs = (value: string): Promise<string> =>
  ran(["config", "set", "--secret", "--path", 'lockstep:secrets["probe"]', value, "--stack", "dev"]);
const probe = async (): Promise<string> => (await project.visit("dome-api-dev.dev.localhost", "/probe")).text;
const versions = async (): Promise<readonly string[]> =>
  z
    .array(z.object({ id: z.string() }))
    .parse(await project.api("dev", "GET", "/workers/workers/dome-api-dev/versions"))
    .map(({ id }) => id);
const stateFile = (): string =>
  readFileSync(join(project.folder, ".lockstep/state/.pulumi/stacks/lockstep/dev.json"), "utf8");
const backups = (): readonly string[] => readdirSync(join(project.folder, "backups")).sort();

test("a declared secret that is not set stops the run before anything is made, with the command that sets it", async () => {
  const { code, out } = await project.pulumi(["preview", "--stack", "dev"]);
  expect(code).not.toBe(0);
  expect(out).toMatch(/pulumi config set --secret .*probe/);
});

test("a secret that is set reaches its worker", async () => {
  await secretIs(first);
  expect(await ran(["up", "--yes", "--diff", "--stack", "dev"])).toContain("[secret]");
  expect(await probe()).toBe(first);
});

test("a backup is named after stack and time, readable by its owner alone, and opened before it is believed", async () => {
  const { code, out } = await just(["state-backup", "dev"]);
  expect(code, out).toBe(0);
  const [name = ""] = backups();
  expect(name).toMatch(/^dev-\d{4}-\d\d-\d\dT\d{6}Z\.json$/);
  expect(out).toMatch(/: \d+ resources, read back and opened with this passphrase/);
  expect(statSync(join(project.folder, "backups", name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(project.folder, "backups", name), "utf8")).toContain('"ciphertext"');
});

test("a rotated secret is a new version; the one before is still there", async () => {
  const [before = ""] = await versions();
  await secretIs(second);
  const out = await ran(["up", "--yes", "--diff", "--stack", "dev"]);
  expect(out).toContain("[secret]");
  const after = await versions();
  expect(after.length).toBe(2);
  expect(after[1]).toBe(before);
  expect(await probe()).toBe(second);
});

test("a restore shows what it would change, and changes nothing before the stack's name was typed", async () => {
  const file = join("backups", backups()[0] ?? "");
  const before = stateFile();
  const { code, out } = await just(["state-restore", "dev", file]);
  expect(code).not.toBe(0);
  expect(out).toMatch(
    /~ cloudflare:index\/workerVersion:WorkerVersion {2}dome\/dome-api: .*inputs\.bindings/,
  );
  expect(out).toMatch(/\n {2}0 added, 0 removed, [2-7] changed, \d+ unchanged\n/);
  expect(out).toContain("was not confirmed; nothing was changed");
  expect((await just(["state-restore", "dev", file, "--yes", "prod"])).code).not.toBe(0);
  expect(backups().length).toBe(1);
  expect(stateFile()).toBe(before);
});

test("a file of another stack and a damaged one are refused, with what to do", async () => {
  const name = backups()[0] ?? "";
  const text = readFileSync(join(project.folder, "backups", name), "utf8");
  writeFileSync(join(project.folder, "other.json"), text.replaceAll("urn:pulumi:dev::", "urn:pulumi:prod::"));
  writeFileSync(join(project.folder, "half.json"), text.slice(0, text.length / 2));
  expect((await just(["state-restore", "dev", "other.json", "--yes", "dev"])).out).toContain(
    "This is the state of another stack",
  );
  expect((await just(["state-restore", "dev", "half.json", "--yes", "dev"])).out).toContain(
    "This is no export of a stack's state",
  );
  expect((await just(["state-restore", "dev", "none.json", "--yes", "dev"])).out).toContain(
    "This is no export of a stack's state",
  );
  expect((await just(["state-backup", "nowhere"])).out).toContain('no stack "nowhere"');
});

test("a restore puts the state back after it saved the present one, and the next up is consistent", async () => {
  const { code, out } = await just([
    "state-restore",
    "dev",
    join("backups", backups()[0] ?? ""),
    "--yes",
    "dev",
  ]);
  expect(code, out).toBe(0);
  expect(backups().length).toBe(2);
  expect(out).toContain("Restored.");
  const again = await just(["state-restore", "dev", join("backups", backups()[0] ?? "")]);
  expect(again.out).toContain("Nothing to restore");
  await ran(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(await probe()).toBe(second);
  await ran(["preview", "--diff", "--expect-no-changes", "--stack", "dev"]);
});

test("a run that fails says why without the value", async () => {
  project.edit("workers/dome/dome-api/index.ts", (text) => `${text}\nthrow new Error("cannot start");\n`);
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--diff", "--stack", "dev"]);
  heard.push(out);
  expect(code).not.toBe(0);
  expect(out).toContain("cannot start");
});

test("neither value stands in clear in anything that was printed, logged or written", async () => {
  // What is to be found, so that a search that finds nothing means something.
  const control = join(project.folder, ".lockstep", "control");
  writeFileSync(control, `x${second}x`);
  const exported = await ran(["stack", "export", "--stack", "dev"]);
  expect(exported).toContain('"ciphertext"');
  await ran(["config", "--stack", "dev"]);
  const texts: [string, Buffer][] = heard.map((text, i) => [`output ${i}`, Buffer.from(text)]);
  const files = [".lockstep", "backups"].flatMap((folder) =>
    readdirSync(join(project.folder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): [string, Buffer] => {
        const path = join(entry.parentPath, entry.name);
        return [path, readFileSync(path)];
      }),
  );
  const names = files.map(([path]) => path).join("\n");
  for (const part of ["state.sqlite", "/state/.pulumi/stacks/", "/history/", "/config/dev.yaml"])
    expect(names).toContain(part);
  const found = [...texts, ...files].filter(([, bytes]) =>
    [first, second].some((value) =>
      [value, Buffer.from(value).toString("base64").slice(0, 28)].some((form) => bytes.includes(form)),
    ),
  );
  expect(found.map(([path]) => path)).toEqual([control]);
});

test("a key, a backup, a drill and a restore: the whole way, as it is typed", async () => {
  expect((await just(["backup", "dev"])).out).toContain("just backup-key dev lockstep-dev.key");
  const made = await just(["backup-key", "dev", "lockstep-dev.key"]);
  expect(made.code, made.out).toBe(0);
  const [recipient = ""] = /age1[0-9a-z]+/.exec(made.out) ?? [];
  expect((await just(["backup-key", "dev", "lockstep-dev.key"])).out).toContain("The key was not written");
  project.append("Pulumi.dev.yaml", `  lockstep:backup:\n    recipients: [${recipient}]\n`);
  const identity = ["--identity", "lockstep-dev.key"];
  expect((await just(["drill", "dev", ...identity])).out).toContain("make one: just backup dev");
  await project.api("dev", "PUT", "/r2/buckets/dome-raw-dev/objects/a.json", { a: 1 });
  const backup = await just(["backup", "dev"]);
  expect(backup.code, backup.out).toBe(0);
  expect(backup.out).toMatch(/dome\/dome-raw +\S* *1 /);
  expect(backup.out).toContain("It counts once it was restored: just drill dev");
  const alarm = await just(["backup-check", "dev"]);
  expect(alarm.code).toBe(1);
  expect(alarm.out).toContain("RED: nobody can rely on them. just backup dev, then just drill dev");
  const drill = await just(["drill", "dev", ...identity]);
  expect(drill.code, drill.out).toBe(0);
  expect((await just(["backup-check", "dev"])).code).toBe(0);
  expect(drill.out).toContain(": proven");
  const refused = await just(["restore", "dev", "--into", "new", ...identity]);
  expect(refused.out).toContain("was not confirmed; nothing was changed");
  const [, moment = ""] = /quicker, .*just restore dev --at (\S+)/.exec(refused.out) ?? [];
  const restored = await just(["restore", "dev", "--into", "new", ...identity, "--yes"]);
  expect(restored.code, restored.out).toBe(0);
  expect(restored.out).toMatch(/dome\/silo: silo-dev-\d{8}t\d{6}z .*the same as the backup, row by row/);
  expect(restored.out).toMatch(
    /dome\/dome-raw: dome-raw-dev-\d{8}t\d{6}z, 1 object in .*the same as the backup, byte by byte/,
  );
  const locks = join(project.folder, ".lockstep/state/.pulumi/locks/organization/lockstep/dev");
  mkdirSync(locks, { recursive: true });
  writeFileSync(
    join(locks, "held.json"),
    JSON.stringify({ pid: 1, username: "mia", hostname: "build-7", timestamp: "2026-11-30T09:13:49Z" }),
  );
  const held = await just(["restore", "dev", "--at", new Date().toISOString(), "--yes"]);
  expect(held.out).toContain("Another run is changing dev; nothing was changed");
  rmSync(join(locks, "held.json"));
  const databases = z.array(z.object({ uuid: z.string() }));
  const [silo] = databases.parse(await project.api("dev", "GET", "/d1/database?name=silo-dev"));
  await project.api("dev", "POST", `/d1/database/${silo?.uuid}/query`, { sql: "CREATE TABLE later(a)" });
  const sql = "INSERT INTO later VALUES (1), (2)";
  await project.api("dev", "POST", `/d1/database/${silo?.uuid}/query`, { sql });
  // The analytics know of it a second later.
  const site = {
    connection: { baseUrl: project.embedded.api, token: project.embedded.token },
    accountId: project.embedded.accounts.find(({ name }) => name === "dev")?.id ?? "",
  };
  await expect
    .poll(() => writtenSince(site, silo?.uuid ?? "", Date.parse(moment)))
    .toMatchObject({ tables: [{ table: "later", rows: 2 }] });
  const travelled = await just(["restore", "dev", "--at", moment, "--yes"]);
  expect(travelled.code, travelled.out).toBe(0);
  expect(travelled.out).toContain("later: 2 rows written since then, by 1 statement");
  expect(travelled.out).toMatch(
    /dome\/silo: back at \S+; to undo: npx wrangler d1 time-travel restore silo-dev --bookmark \S+/,
  );
  expect((await just(["backup-prune", "dev", "--dry-run"])).out).toMatch(
    /\d{8}T\d{6}Z {2}daily, weekly, monthly, newest, proven/,
  );
  // What the program reads of the stack file is as it was.
  await ran(["preview", "--stack", "dev"]);
});

test("the same into a bucket: a backup, its drill, and the status that knows of both", async () => {
  const { accounts } = z
    .object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse(JSON.parse(readFileSync(join(project.folder, ".lockstep/embedded/connection.json"), "utf8")));
  const own = accounts.find(({ name }) => name === "dev")?.id ?? "";
  const to = (bucket: string): void =>
    project.edit("Pulumi.dev.yaml", (text) =>
      text.replace(
        /(lockstep:backup:\n)(?: {4}to:.*\n)?/,
        `$1    to: { bucket: ${bucket}, accountId: "${own}" }\n`,
      ),
    );
  to("dome-raw-dev");
  expect((await just(["backup", "dev"])).out).toContain("in a bucket of the stage itself");
  to("vault");
  expect((await just(["backup", "dev"])).out).toContain("NoSuchBucket");
  await project.api("dev", "POST", "/r2/buckets", { name: "vault" });
  const backup = await just(["backup", "dev"]);
  expect(backup.code, backup.out).toBe(0);
  expect(backup.out).toMatch(/bucket vault, embedded\/dev\/\d{8}T\d{6}Z: \d+ bytes/);
  const drill = await just(["drill", "dev", "--identity", "lockstep-dev.key"]);
  expect(drill.code, drill.out).toBe(0);
  // A machine that has never seen them.
  rmSync(join(project.folder, ".lockstep/backups"), { recursive: true });
  expect((await just(["backup-prune", "dev", "--dry-run"])).out).toMatch(
    /daily, weekly, monthly, newest, proven/,
  );
  expect((await just(["checklist", "dev", "--phase", "monthly"])).out).toMatch(/is proven: \d+ rows/);
  project.edit("Pulumi.dev.yaml", (text) => text.replace(/ {4}to:.*\n/, ""));
});

test("the night's workflow makes a backup and proves it, with the key in a variable", async () => {
  const key = readFileSync(join(project.folder, "lockstep-dev.key"), "utf8").match(/AGE-SECRET-KEY-\S+/)?.[0];
  const env = { STAGE: "dev", TARGET: "embedded", LOCKSTEP_BACKUP_IDENTITY: key };
  const steps = readWorkflow(".github/workflows/backup.yml").jobs["prove"]?.steps ?? [];
  const lines = steps.flatMap(({ run = "" }) => (run === "" || run === "npm ci" ? [] : [run]));
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const { code, out } = await project.run("sh", ["-c", line], env);
    expect(code, out).toBe(0);
    expect(out).not.toContain(key);
  }
  expect(readdirSync(join(project.folder, "backups/embedded/dev/journal"))).toHaveLength(4);
});
