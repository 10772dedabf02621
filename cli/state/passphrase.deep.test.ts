import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, clone } from "../../test/clone.ts";

let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

test("a team's backend is backed up in the same way, and a wrong passphrase is told from a damaged file", async () => {
  const up = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(up.code, up.out).toBe(0);
  const own = await project.just(["state-backup", "dev"]);
  expect(own.code, own.out).toBe(0);
  const file = join("backups", readdirSync(join(project.folder, "backups"))[0] ?? "");

  mkdirSync(join(project.folder, "elsewhere"));
  const env = {
    PULUMI_BACKEND_URL: pathToFileURL(join(project.folder, "elsewhere")).href,
    PULUMI_DEBUG_PROVIDERS: "",
    CLOUDFLARE_API_TOKEN: "unused",
  };
  for (const args of [
    ["stack", "init", "dev"],
    ["stack", "import", "--stack", "dev", "--file", file],
  ]) {
    const { code, out } = await project.pulumi(args, env);
    expect(code, out).toBe(0);
  }
  const made = await project.just(
    ["state-backup", "dev", "elsewhere/backups", "--target", "cloudflare"],
    env,
  );
  expect(made.code, made.out).toBe(0);

  const wrong = { ...env, PULUMI_CONFIG_PASSPHRASE: "wrong" };
  const restore = ["state-restore", "dev", file, "--target", "cloudflare", "--yes", "dev"];
  const refused = await project.just(restore, wrong);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("The passphrase does not open this file");
  expect(refused.out).toContain("set PULUMI_CONFIG_PASSPHRASE");
  const backup = await project.just(
    ["state-backup", "dev", "elsewhere/wrong", "--target", "cloudflare"],
    wrong,
  );
  expect(backup.code).not.toBe(0);
  expect(readdirSync(join(project.folder, "elsewhere", "wrong"))).toEqual([]);
  expect((await project.just(restore, env)).out).toContain("Nothing to restore");

  // A run on another machine holds the stack: whose it is is said before anything is done, and nothing goes on by itself.
  const locks = join(project.folder, "elsewhere/.pulumi/locks/organization/lockstep/dev");
  mkdirSync(locks, { recursive: true });
  const lock = { pid: 4711, username: "mia", hostname: "build-7", timestamp: "2026-11-30T09:13:49Z" };
  writeFileSync(join(locks, "held.json"), JSON.stringify(lock));
  const holder = "pulumi (process 4711) of mia on build-7, since 2026-11-30T09:13:49Z";
  const changes = await project.just(["pulumi-up", "dev", "--target", "cloudflare", "--yes"], env);
  expect(changes.code).not.toBe(0);
  expect(changes.out).toContain(`got:      ${holder}`);
  const [, repair = ""] = /: just (unlock dev .*)$/m.exec(changes.out) ?? [];
  const unsaid = await project.just(repair.split(" "), env);
  expect(unsaid.out).toContain("was not confirmed; nothing was changed");
  expect(readdirSync(locks)).toEqual(["held.json"]);
  const taken = await project.just([...repair.split(" "), "--yes"], env);
  expect(taken.code, taken.out).toBe(0);
  expect(taken.out).toContain(holder);
  expect(readdirSync(locks)).toEqual([]);
  expect((await project.just([...repair.split(" "), "--yes"], env)).out).toContain("Nothing holds dev");
});
