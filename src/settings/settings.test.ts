import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import project from "../../project.ts";
import { secret, system, worker } from "../declare/index.ts";
import { callsOf, unplaced } from "../diagnostic/place.ts";
import { inPlace } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { defineProject } from "../project/project.ts";
import { type Given, policyPack, settingsOf } from "./settings.ts";

const { stages } = project;
let root = "";
const account = "0123456789abcdef0123456789abcdef";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep config "));
  mkdirSync(join(root, ".lockstep/embedded"), { recursive: true });
  const accounts = ["dev", "staging", "prod"].map((name, i) => ({ id: String(i).repeat(32), name }));
  const front = "http://<worker>.<account>.localhost:8788";
  const connection = {
    api: "http://127.0.0.1:8787/client/v4",
    token: "t".repeat(40),
    accounts,
    front,
    pid: 1,
  };
  writeFileSync(join(root, ".lockstep/embedded/connection.json"), JSON.stringify(connection));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const real = (given: Partial<Given>): Given => ({
  project,
  stack: "dev",
  config: { "lockstep:systems": '["dome"]' },
  env: { CLOUDFLARE_ACCOUNT_ID: account },
  root,
  ...given,
});
const embedded = (given: Partial<Given> = {}): Given =>
  real({
    ...given,
    env: { PULUMI_BACKEND_URL: pathToFileURL(join(root, ".lockstep/state")).href, ...given.env },
  });

function diagnostic(given: Given): UserError {
  try {
    settingsOf(given);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the target", () => {
  test("is embedded when the backend is the project's own state, with the account that the stage names", () => {
    const { target, stage } = settingsOf(embedded({ stack: "staging" }));
    expect(target).toMatchObject({ kind: "embedded", accountId: "2".repeat(32), accountName: "prod" });
    expect(stage.name).toBe("staging");
  });

  test("of a stage that is younger than the embedded Cloudflare is refused with the process to end", () => {
    const younger = defineProject({ systems: project.systems, stages: [{ name: "dev" }, { name: "live" }] });
    const { fix } = diagnostic(embedded({ project: younger, stack: "live" })).diagnostic;
    expect(fix).toContain("(kill 1), and do this again");
  });

  test("is a real account with any other backend", () => {
    for (const backend of [
      "file:///elsewhere/.lockstep/state",
      "file://~",
      "file://./.lockstep/state",
      "s3://bucket?region=auto",
      "https://api.pulumi.com",
      "",
    ]) {
      const { target } = settingsOf(
        real({ env: { CLOUDFLARE_ACCOUNT_ID: account, PULUMI_BACKEND_URL: backend } }),
      );
      expect(target).toEqual({ kind: "cloudflare", accountId: account });
    }
  });

  test("is refused when a real account would be reached through an attached provider", () => {
    const env = { CLOUDFLARE_ACCOUNT_ID: account, PULUMI_DEBUG_PROVIDERS: "cloudflare:1234" };
    expect(diagnostic(real({ env })).message).toContain("attached to the embedded Cloudflare");
  });

  test("needs an account, and says how to name one", () => {
    const error = diagnostic(real({ env: {} }));
    expect(error.diagnostic.what).toBe("Missing required configuration variable 'cloudflare:accountId'");
    const fix = inPlace(error.diagnostic.fix, unplaced());
    expect(fix).toContain("export CLOUDFLARE_ACCOUNT_ID=");
    expect(fix).toContain("pulumi config set cloudflare:accountId <id> --stack dev");
  });

  test("takes the account from the stack file, and refuses two different ones", () => {
    const config = { "lockstep:systems": '["dome"]', "cloudflare:accountId": account };
    expect(settingsOf(real({ config, env: {} })).target.accountId).toBe(account);
    expect(diagnostic(real({ config, env: { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32) } })).message).toContain(
      "Two different accounts",
    );
  });

  test("is asked smoke tests of workers that have an address, and refused those of others, rather than asking nobody", () => {
    const config = { "lockstep:systems": '["shop"]', "lockstep:smoke": "true" };
    const settings = { main: "a.ts", compatibilityDate: "2026-06-01", smoke: "/health", workersDev: false };
    const shop = (more: object) => ({
      project: defineProject({
        systems: [system("shop", [worker("api", { ...settings, ...more })])],
        stages,
      }),
      config,
    });
    const atDomain = shop({ domains: { dev: ["api.example.com"] } });
    expect(settingsOf(real(atDomain)).smoke).toBe(true);
    for (const made of [real, embedded])
      expect(settingsOf(made(shop({ workersDev: true }))).smoke).toBe(true);
    for (const given of [embedded(atDomain), real(shop({ domains: { prod: ["api.example.com"] } }))])
      expect(diagnostic(given).diagnostic).toMatchObject({
        what: "A smoke test of a worker that has no address in stage dev",
        where: "shop/api, smoke",
      });
  });

  test("does not take a name for an id", () => {
    expect(diagnostic(real({ env: { CLOUDFLARE_ACCOUNT_ID: "my-account" } })).diagnostic.got).toBe(
      "my-account",
    );
  });
});

describe("a stack", () => {
  test("has to be a stage", () => {
    expect(diagnostic(embedded({ stack: "production" })).diagnostic.expected).toBe("dev, staging, prod");
  });

  test("says which systems it has", () => {
    expect(diagnostic(embedded({ config: {} })).message).toContain("lockstep:systems");
    expect(diagnostic(embedded({ config: { "lockstep:systems": '["dom"]' } })).diagnostic).toMatchObject({
      got: "dom",
      expected: project.systems.map(({ name }) => name).join(", "),
    });
  });

  test("has each system once, and none that is marked as retired", () => {
    const twice = { "lockstep:systems": '["dome","dome"]' };
    expect(diagnostic(embedded({ config: twice })).diagnostic.what).toBe("System dome is there twice");
    const both = { "lockstep:systems": '["dome"]', "lockstep:retired": '["dome","gone"]' };
    expect(diagnostic(embedded({ config: both })).diagnostic.what).toBe(
      "System dome is on the list and marked as retired",
    );
  });

  test("has no settings that nothing reads", () => {
    const config = {
      "lockstep:systems": '["dome"]',
      "lockstep:sytems": "[]",
      "cloudflare:apiToken": "x",
      "pulumi:tags": "{}",
    };
    const error = diagnostic(embedded({ config }));
    expect([error.diagnostic, ...error.others].map(({ got }) => got)).toEqual([
      "lockstep:sytems",
      "cloudflare:apiToken",
    ]);
  });

  test("has rollouts by data, and refuses what is none", () => {
    const stable = "7b1e5fd0-4a3c-4d65-9d5b-5fdc3f0e8f11";
    const config = (percent: unknown) => ({
      "lockstep:systems": '["dome"]',
      "lockstep:rollout": JSON.stringify({ "dome/dome-api": { stable, percent } }),
    });
    expect(settingsOf(embedded({ config: config(10) })).rollouts).toEqual({
      "dome/dome-api": { stable, percent: 10 },
    });
    for (const percent of [-1, 101, 0.5, "10"])
      expect(diagnostic(embedded({ config: config(percent) })).message).toContain("percent");
  });

  test("with a value that cannot be used are mended by a command that names the very place", () => {
    const fix = (config: Readonly<Record<string, string>>): string =>
      inPlace(
        diagnostic(embedded({ config: { "lockstep:systems": '["dome"]', ...config } })).diagnostic.fix,
        {
          ...callsOf(root),
          stage: "dev",
          real: false,
        },
      );
    const rollout = { "dome/dome-api": { stable: "7b1e5fd0-4a3c-4d65-9d5b-5fdc3f0e8f11", percent: "10" } };
    expect(fix({ "lockstep:rollout": JSON.stringify(rollout) })).toContain(
      `pulumi config set --path 'lockstep:rollout["dome/dome-api"].percent' <value> --stack dev`,
    );
    expect(fix({ "lockstep:retired": "[1]" })).toContain("config set --path 'lockstep:retired[0]' <value>");
    expect(fix({ "lockstep:secrets": '{"api-key":1}' })).toContain(
      `config set --secret --path 'lockstep:secrets["api-key"]' <value>`,
    );
    expect(fix({ "lockstep:backup": '{"recipients":["age1qqqqqqqqqqqqqqqqqqqqqqqq"],"evry":1}' })).toContain(
      "pulumi config rm --path 'lockstep:backup.evry' --stack dev",
    );
    expect(fix({ "lockstep:retired": "all" })).toContain("write it below config:");
  });

  test("of a worker that is not there is refused in a rollout", () => {
    const rollout = { "dome/nobody": { stable: "7b1e5fd0-4a3c-4d65-9d5b-5fdc3f0e8f11", percent: 10 } };
    const config = { "lockstep:systems": '["dome"]', "lockstep:rollout": JSON.stringify(rollout) };
    expect(diagnostic(embedded({ config })).diagnostic).toMatchObject({ got: "dome/nobody" });
  });

  test("tells all mistakes at once", () => {
    const config = { "lockstep:systems": '["dom"]', "lockstep:rollout": "3", "lockstep:x": "1" };
    expect(diagnostic(embedded({ stack: "prod", config })).others).toHaveLength(3);
  });
});

describe("prod", () => {
  test("does not run without the policy pack", () => {
    expect(diagnostic(embedded({ stack: "prod" })).diagnostic.what).toBe(
      "Stack prod does not run without the policy pack",
    );
    expect(
      diagnostic(embedded({ stack: "prod", env: { PULUMI_OPTION_POLICY_PACK: "/somewhere/else" } }))
        .diagnostic.got,
    ).toBe("/somewhere/else");
  });

  test("runs with it, by an absolute or a relative path, quoted or not, alone or among others", () => {
    for (const pack of [policyPack, relative(root, policyPack), `/other,${policyPack}`, `"${policyPack}"`]) {
      expect(
        settingsOf(embedded({ stack: "prod", env: { PULUMI_OPTION_POLICY_PACK: pack } })).stage.name,
      ).toBe("prod");
    }
  });
});

test("a secret that a worker binds has to be set", () => {
  const shop = system("shop", [
    worker("api", {
      main: "api.ts",
      compatibilityDate: "2026-01-01",
      env: { KEY: secret("key"), MAIL: secret("mail") },
    }),
  ]);
  const given = (secrets: object): Given =>
    embedded({
      project: { ...project, systems: [shop] },
      config: { "lockstep:systems": '["shop"]', "lockstep:secrets": JSON.stringify(secrets) },
    });
  const refused = diagnostic(given({ mail: "m" }));
  expect([refused.diagnostic, ...refused.others]).toMatchObject([
    {
      what: "Missing required secret 'key'",
      where: "shop/api, env.KEY, in stack dev",
      got: "secrets mail",
    },
  ]);
  expect(settingsOf(given({ mail: "m", key: "k" })).secrets).toEqual({ mail: "m", key: "k" });
});

test("secrets are read as texts by their names", () => {
  const config = (secrets: unknown) => ({
    "lockstep:systems": '["dome"]',
    "lockstep:secrets": JSON.stringify(secrets),
  });
  expect(settingsOf(embedded({ config: config({ key: "value" }) })).secrets).toEqual({ key: "value" });
  expect(diagnostic(embedded({ config: config({ key: 1 }) })).diagnostic.where).toBe(
    "lockstep:secrets of stack dev",
  );
});

test("what a system asks of the backups meets what the stack file says of them, and nothing is said twice", () => {
  const dome = system("dome", [], { backup: { schedule: "0 3 * * *", provenWithinDays: 2 } });
  const asking = defineProject({ systems: [dome], stages: [{ name: "dev" }] });
  const recipients = [`age1${"q".repeat(58)}`];
  const given = (backup: object) =>
    embedded({
      project: asking,
      config: { "lockstep:systems": '["dome"]', "lockstep:backup": JSON.stringify(backup) },
    });
  expect(settingsOf(given({ recipients, keep: { daily: 3 } })).backup).toMatchObject({
    schedule: ["0 3 * * *"],
    keep: { daily: 3, weekly: 5, monthly: 12 },
    provenWithinDays: 2,
  });
  expect(settingsOf(embedded({ project: asking })).backup).toBeUndefined();
  expect(diagnostic(given({ recipients, provenWithinDays: 9 })).message).toContain(
    "lockstep:backup of stack dev, provenWithinDays; and dome, backup, provenWithinDays",
  );
});
