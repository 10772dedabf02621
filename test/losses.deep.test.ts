import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { chainText } from "../src/migrations/files/chain.ts";
import { readFolder } from "../src/migrations/files/reading.ts";
import { engineOptions } from "../src/settings/engine-options.ts";
import { fileCommands } from "../toolchain/stacks/stack.ts";
import { type Clone, clone } from "./clone.ts";

/** What a declaration would lose, take away or move, on stacks that hold something: refused before anything changes, or done in one go. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  mkdirSync(join(project.folder, "workers/shop"), { recursive: true });
  project.write("workers/shop/api.js", code);
  migration(
    "0001_bills.sql",
    "CREATE TABLE bills (id INTEGER PRIMARY KEY, note TEXT);\nINSERT INTO bills (note) VALUES ('a'), ('b');\n",
  );
  project.write("src/systems/index.ts", declaration);
  project.edit("project.ts", (text) =>
    text
      .replace('branch: "develop"', 'branch: "develop", zones: ["example.com"]')
      // Prod wants each worker that answers on workers.dev to be named.
      .replace('"dome/dome-api",', '"dome/api", "dome/back", "dome/rooms", "dome/guest",'),
  );
  await up();
});
afterAll(() => project.remove());

const bills = "migrations/dome/bills";
function migration(name: string, sql: string): void {
  const folder = join(project.folder, bills);
  mkdirSync(folder, { recursive: true });
  project.write(`${bills}/${name}`, sql);
  project.write(`${bills}/chain.txt`, chainText(readFolder(folder)));
}

const code = `
import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject { async fetch() { await this.ctx.storage.put("a", 1); return new Response("kept"); } }
export default {
  async fetch(request, env) {
    if (env.ROOM !== undefined && new URL(request.url).pathname === "/room") return env.ROOM.get(env.ROOM.idFromName("a")).fetch(request);
    await env.DB.exec("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)");
    await env.DB.exec("INSERT INTO orders DEFAULT VALUES");
    await env.FILES.put("a/1", "x");
    await env.CACHE.put("k", "v");
    await env.SLOW.send("wait");
    return new Response("ok");
  },
  queue() {},
};
`;
const declaration = `
import { d1, durableObject, kv, queue, r2, type System, system, worker } from "../declare/index.ts";
const db = d1("db");
const bills = d1("bills", { migrations: "migrations/dome/bills" });
const files = r2("files");
const cache = kv("cache");
const unused = kv("unused");
const slow = queue("slow");
const jobs = queue("jobs");
const failed = queue("failed");
const settings = { main: "workers/shop/api.js", compatibilityDate: "2026-01-01" } as const;
const api = worker("api", {
  ...settings,
  env: { DB: db, FILES: files, CACHE: cache, SLOW: slow },
  consumes: [{ queue: jobs, deadLetter: failed }],
  routes: { dev: [{ pattern: "example.com/shop/*", zoneName: "example.com" }] },
});
const back = worker("back", { ...settings, env: { UNUSED: unused }, consumes: [], routes: {} });
const rooms = worker("rooms", { ...settings, durableObjects: { Room: {} }, env: { ROOM: durableObject("Room") } });
const guest = worker("guest", { ...settings, env: { ROOM: durableObject("Room", () => rooms) } });
const cashier = worker("cashier", { ...settings, workersDev: false, env: { BILLS: bills } });
export const systems: readonly System[] = [system("dome", [...[db, files, cache, unused, slow, jobs, failed, api, back, rooms, guest], bills, cashier])];
`;

const upWords = ["up", "--yes", "--skip-preview", "--stack", "dev"];
async function up(): Promise<string> {
  const ran = await project.pulumi(upWords);
  expect(ran.code, ran.out).toBe(0);
  return ran.out;
}
async function unchanged(): Promise<void> {
  const ran = await project.pulumi(["preview", "--expect-no-changes", "--diff", "--stack", "dev"]);
  expect(ran.code, ran.out).toBe(0);
}
const preview = async (stack = "dev", env: Record<string, string> = {}): Promise<string> =>
  (await project.pulumi(["preview", "--stack", stack], env)).out;

/** With a declaration that says something else, as long as the work goes on. */
async function declaring(
  changes: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  declare(changes);
  try {
    await work();
  } finally {
    project.write("src/systems/index.ts", current);
  }
}
let current = declaration;
const declare = (changes: Readonly<Record<string, string>>): void => {
  const text = Object.entries(changes).reduce((before, [from, to]) => {
    expect(before.split(from), from).toHaveLength(2);
    return before.replace(from, () => to);
  }, current);
  project.write("src/systems/index.ts", text);
};
const declareForGood = (changes: Readonly<Record<string, string>>): void => {
  declare(changes);
  for (const [from, to] of Object.entries(changes)) current = current.replace(from, () => to);
};

test("what holds something is not dropped; the refusal counts all of it, and what is empty goes", async () => {
  expect((await project.visit("api-dev.dev.localhost", "/")).text).toBe("ok");
  expect((await project.visit("rooms-dev.dev.localhost", "/room")).text).toBe("kept");
  await declaring(
    {
      "[db, files, cache, unused, slow, jobs, failed, api, back, rooms, guest]": "[jobs, failed, api, back]",
      "env: { DB: db, FILES: files, CACHE: cache, SLOW: slow }": "env: {}",
      "env: { UNUSED: unused }, ": "",
    },
    async () => {
      const out = await preview();
      for (const held of [
        "dome/db is gone from the declaration, and 1 row would go with it",
        "dome/files is gone from the declaration, and 1 object would",
        "dome/cache is gone from the declaration, and 1 key would",
        "dome/slow is gone from the declaration, and 1 message would",
        "dome/rooms is gone from the declaration, and ",
        "just retire dome/db dev",
      ])
        expect(out).toContain(held);
      expect(out).not.toContain("dome/unused is gone");
    },
  );
  await declaring({ 'd1("db")': 'd1("orders", { physicalName: "db{-stage}" })' }, async () => {
    expect(await preview()).toContain("dome/db is gone from the declaration, and 1 row would go with it");
  });
  await unchanged();
});

test("a store is retired from every state: declared still, not there, full, gone, gone already", async () => {
  const retire = (...words: string[]) => project.just(["retire", ...words]);
  const config = () => project.run("cat", [".lockstep/config/dev.yaml"]);
  const before = (await config()).out;
  const declared = await retire("dome/files", "dev", "--yes");
  expect(declared.out).toMatch(/dome\/files is declared still, .*nothing was changed/);
  expect((await retire("dome/other", "dev", "--yes")).out).toMatch(/has nothing named dome\/other/);
  declareForGood({
    "[db, files,": "[db,",
    "FILES: files, ": "",
    'const files = r2("files");\n': "",
  });
  expect((await retire("dome/files", "dev")).out).toContain("without one: --yes");
  const full = await retire("dome/files", "dev", "--yes");
  expect(full.out).toContain("--empty-buckets");
  // A declaration that something else is wrong with is shown by the preview, before anything is written.
  await declaring({ "zoneName: ": "zoneNam: " }, async () => {
    const wrong = await retire("dome/files", "dev", "--yes", "--empty-buckets");
    expect(wrong.code).not.toBe(0);
    expect(wrong.out).toContain("nothing was changed");
  });
  expect((await config()).out).toBe(before);
  const gone = await retire("dome/files", "dev", "--yes", "--empty-buckets");
  expect(gone.code, gone.out).toBe(0);
  expect(JSON.stringify(await project.api("dev", "GET", "/r2/buckets"))).not.toContain("files-dev");
  expect((await retire("dome/files", "dev", "--yes")).out).toContain("is gone from dev already");
  await unchanged();
});

const consumers = async (queue: string): Promise<unknown> => {
  const queues = z
    .array(z.object({ queue_name: z.string(), consumers: z.array(z.looseObject({ type: z.string() })) }))
    .parse(await project.api("dev", "GET", "/queues"));
  return queues.find((each) => each.queue_name === queue)?.consumers;
};

test("a consumer goes to another worker, to a client that pulls and back, and a route to another worker, in one up each", async () => {
  const consumes = "consumes: [{ queue: jobs, deadLetter: failed }]";
  const route = 'routes: { dev: [{ pattern: "example.com/shop/*", zoneName: "example.com" }] }';
  declareForGood({
    [`${consumes},\n  ${route}`]: "consumes: [],\n  routes: {}",
    "consumes: [], routes: {} })": `${consumes}, ${route} })`,
  });
  await up();
  expect(await consumers("jobs-dev")).toMatchObject([{ script: "back-dev", type: "worker" }]);
  await unchanged();
  declareForGood({
    [`${consumes}, ${route} })`]: `consumes: [], ${route} })`,
    'queue("jobs")': 'queue("jobs", { pullConsumer: { deadLetter: queue("failed") } })'.replace(
      'queue("failed")',
      "failed",
    ),
    'const failed = queue("failed");\n': "",
    "const jobs =": 'const failed = queue("failed");\nconst jobs =',
  });
  await up();
  expect(await consumers("jobs-dev")).toMatchObject([{ type: "http_pull" }]);
  await unchanged();
  declareForGood({
    "{ pullConsumer: { deadLetter: failed } }": "{}",
    "consumes: [],\n  routes: {}": `${consumes},\n  routes: {}`,
  });
  await up();
  expect(await consumers("jobs-dev")).toMatchObject([{ script: "api-dev", type: "worker" }]);
  await unchanged();
});

describe("a class", () => {
  test("whose storage would change is refused in the preview", async () => {
    await declaring(
      { "durableObjects: { Room: {} }": 'durableObjects: { Room: { storage: "legacy-kv" } }' },
      async () => {
        expect(await preview()).toContain("Cloudflare changes no class's storage");
      },
    );
  });

  test("that another worker binds is deleted in the two steps that the refusal names", async () => {
    const deleted = {
      "durableObjects: { Room: {} }": 'durableObjects: { Room: { lifecycle: { state: "deleted" } } }',
    };
    const unbound = { 'env: { ROOM: durableObject("Room", () => rooms) }': "env: {}" };
    const unboundItself = { ', env: { ROOM: durableObject("Room") }': "" };
    await declaring({ ...deleted, ...unbound, ...unboundItself }, async () => {
      expect(await preview()).toMatch(
        /is to be deleted, and what serves now still binds it[\s\S]*bound by dome\/guest/,
      );
    });
    declareForGood(unbound);
    await up();
    declareForGood({ ...deleted, ...unboundItself });
    expect(await preview()).toContain("dome/rooms, durableObjects.Room: ");
    await up();
    await unchanged();
  });
});

describe("a protected stage", () => {
  let pasteApproval: (said: string) => void;

  test("wants an approval for a value that loses something", async () => {
    expect((await project.deploy("prod")).code).toBe(0);
    expect((await project.visit("api.prod.localhost", "/")).status).toBeGreaterThan(0);
    const shorter = { 'queue("slow")': 'queue("slow", { messageRetentionSeconds: 60 })' };
    const stack = "Pulumi.prod.yaml";
    await project.api("prod", "GET", "/queues").then(async (found) => {
      const queues = z.array(z.object({ queue_id: z.string(), queue_name: z.string() })).parse(found);
      const id = queues.find(({ queue_name }) => queue_name === "slow")?.queue_id;
      await project.api("prod", "POST", `/queues/${id}/messages`, { body: "x", content_type: "text" });
    });
    declareForGood(shorter);
    const refusedOne = await preview("prod");
    expect(refusedOne).toMatch(
      /dome\/slow, messageRetentionSeconds: (?:1 message is|\d+ messages are) dropped at an age of 60 s/,
    );
    // As it is printed, with the two parts that only a person knows.
    const paste = (said: string, until?: string): void =>
      project.edit(stack, (text) => {
        const [entry = ""] = /^ *lockstep:approvals: \[\{ resource: dome\/.*\}\]$/m.exec(said) ?? [];
        expect(entry).not.toBe("");
        const filledIn = entry
          .trim()
          .replace("<why>", "no use")
          .replace("<who>", "anna")
          .replace(/until: ".*?"/, (given) => (until === undefined ? given : `until: "${until}"`));
        return text
          .replace(/\n {2}lockstep:approvals:.*$/m, "")
          .replace(/^config:$/m, () => `config:\n  ${filledIn}`);
      });
    paste(refusedOne, "2020-01-01");
    expect(await preview("prod")).toContain("An approval for dome/slow has expired");
    paste(refusedOne);
    const approved = await preview("prod");
    expect(approved).toMatch(/dome\/slow, messageRetentionSeconds: approved by anna until \S+: no use/);
    // What would be done is another change: the approval counts no more.
    const other = { "messageRetentionSeconds: 60": "messageRetentionSeconds: 61" };
    await declaring(other, async () => {
      const void_ = await preview("prod");
      expect(void_).toContain("A change of dome/slow loses data of a protected stage");
      expect(void_).toContain("An approval for dome/slow matches nothing that is done to it");
    });
    const done = await project.deploy("prod");
    expect(done.code, done.out).toBe(0);
    // In the preview and in the up: each prints it once at least.
    expect(done.out.match(/messageRetentionSeconds: approved by anna/g)?.length).toBeGreaterThan(1);
    const { out } = await project.pulumi(["stack", "output", "approvals", "--json", "--stack", "prod"]);
    expect(JSON.parse(out)).toMatchObject([{ resource: "dome/slow", reason: "no use", by: "anna" }]);
    expect(await preview("prod")).toContain("what anna approved of is done; take the entry out");
    pasteApproval = paste;
  });

  test("runs a migration that loses rows once somebody approved of it, and its database keeps who", async () => {
    migration("0002_wipe.sql", '-- d1:data-loss "test rows of the launch"\nDELETE FROM bills;\n');
    const open = await preview("prod");
    expect(open).toContain("0002_wipe.sql loses data of a protected stage or breaks what runs");
    expect(open).toContain("all rows go");
    pasteApproval(open);
    const done = await project.deploy("prod");
    expect(done.code, done.out).toBe(0);
    expect(done.out).toContain("dome/bills, migrate 0002_wipe.sql: approved by anna");
    const databases = z
      .array(z.object({ uuid: z.string(), name: z.string() }))
      .parse(await project.api("prod", "GET", "/d1/database"));
    const id = databases.find(({ name }) => name === "bills")?.uuid;
    const audit = JSON.stringify(
      await project.api("prod", "POST", `/d1/database/${id}/query`, {
        sql: 'SELECT kind, name, reason, actor FROM "_mig_audit"',
      }),
    );
    expect(audit).toContain('{"kind":"approved","name":"0002_wipe.sql","reason":"no use","actor":"anna"}');
    // It is done: a word on it, and no refusal.
    const after = await preview("prod");
    expect(after).toContain("what anna approved of is done; take the entry out");
  });

  test("gives a store away only with an approval, and leaves it at Cloudflare", async () => {
    declareForGood({ "[db, cache,": "[db,", "CACHE: cache, ": "", 'const cache = kv("cache");\n': "" });
    const id = z
      .array(z.object({ id: z.string(), title: z.string() }))
      .parse(await project.api("prod", "GET", "/storage/kv/namespaces"))
      .find(({ title }) => title === "cache")?.id;
    await project.api("prod", "PUT", `/storage/kv/namespaces/${id}/bulk`, [{ key: "k", value: "v" }]);
    const open = await project.just(["retire", "dome/cache", "prod", "--yes", "prod"]);
    expect(open.out).toMatch(/dome\/cache is protected in prod, .*nothing was changed/);
    pasteApproval(open.out);
    const gone = await project.just(["retire", "dome/cache", "prod", "--yes", "prod"]);
    expect(gone.code, gone.out).toBe(0);
    expect(gone.out).toContain("has forgotten dome/cache (WorkersKvNamespace)");
    expect(JSON.stringify(await project.api("prod", "GET", "/storage/kv/namespaces"))).toContain('"cache"');
  });

  test("lets past what a rule finds as long as somebody agreed to it, and says so", async () => {
    const excepted = (rule: string): void =>
      project.edit("Pulumi.prod.yaml", (text) =>
        text
          .replace(/\n {2}lockstep:approvals:.*$/m, "")
          .replace(
            /^config:$/m,
            `config:\n  lockstep:approvals: [{ resource: dome/guest, rule: ${rule}, reason: fair, by: mia, until: "2999-01-01" }]`,
          ),
      );
    declareForGood({ 'worker("guest", { ...settings,': 'worker("guest", { ...settings, previewUrls: true,' });
    excepted("place-is-said");
    const open = await preview("prod");
    expect(open).toMatch(/\[mandatory\] .*no-preview-urls/);
    expect(open).toContain("place-is-said finds nothing wrong with dome/guest");
    excepted("no-preview-urls");
    const agreed = await project.pulumi(["preview", "--stack", "prod"]);
    expect(agreed.code, agreed.out).toBe(0);
    expect(agreed.out).toContain("Excepted by mia until 2999-01-01: fair. dome/guest has preview addresses");
    expect(agreed.out).toContain(
      "dome/guest is excepted from the policy rule no-preview-urls: approved by mia",
    );
  });

  test("does not run with a variable that changes how the engine runs", async () => {
    for (const env of [
      { PULUMI_OPTION_POLICY_PACK_CONFIG: "off.json" },
      { PULUMI_OPTION_IGNORE_PROTECT: "true" },
      { PULUMI_SKIP_CHECKPOINTS: "true" },
    ]) {
      project.write("off.json", '{"all":"disabled"}');
      const ran = await project.pulumi(["up", "--yes", "--stack", "prod"], env);
      expect(ran.code).not.toBe(0);
      expect(ran.out).toContain(`does not run with ${Object.keys(env)[0]} in the environment`);
    }
  });
});

test("the table of options knows every one that the engine has", async () => {
  for (const command of ["up", "preview", "refresh", "destroy", "import"]) {
    const { out } = await project.run("pulumi", [command, "--help"]);
    const found = [...out.matchAll(/^ {2,6}(?:-(\w), )?--([a-z-]+)/gm)];
    expect(found.length).toBeGreaterThan(15);
    for (const [, short, name = ""] of found) {
      expect(Object.keys(engineOptions)).toContain(name);
      // `-f` is another option in another command.
      if (short !== undefined && short !== "f") expect(engineOptions[name]?.short, name).toBe(short);
    }
  }
});

test("every name that the engine has for what touches stack files is known", async () => {
  for (const command of ["new", "remove", "rename", "change-secrets-provider"]) {
    const { out } = await project.run("pulumi", ["stack", command, "--help"]);
    const names = /^Aliases:\n +(.*)$/m.exec(out)?.[1]?.split(", ") ?? [command];
    expect(Object.keys(fileCommands)).toEqual(expect.arrayContaining(names));
  }
});
