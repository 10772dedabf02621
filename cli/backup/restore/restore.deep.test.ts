import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Clone } from "../../../test/clone.ts";
import { refused, succeeding } from "../../../test/ran.ts";
import { shopClone } from "../../../test/reality/shop.ts";

/** A protected stage whose stores are exchanged for those of a backup, and back. The tests go on from each other. */
let project: Clone;
beforeAll(async () => {
  project = await shopClone();
  project.edit("workers/shop/api/index.ts", (text) =>
    text
      .replace('fetch: () => new Response("made by up")', `fetch: ${answers}`)
      .replace("export class Room extends DurableObject {", `$& ${givesOut}`),
  );
  project.edit("project.ts", (text) => {
    const jobs = 'const jobs = queue("jobs");';
    return text
      .replace("d1, defineProject", "d1, defineProject, durableObject")
      .replace("Room: {}", 'Room: { backup: { export: "exportStorage", import: "importStorage" } }')
      .replace("env: {", 'env: { ROOM: durableObject("Room"),')
      .replace(jobs, "")
      .replace('const files = r2("files");', `${jobs}\nconst files = r2("files", ${bucketSettings});`);
  });
  const made = await succeeding(project.just(["backup-key", "prod", "prod.key"]));
  const [recipient = ""] = /age1[0-9a-z]+/.exec(made) ?? [];
  project.append("Pulumi.prod.yaml", `  lockstep:backup:\n    recipients: [${recipient}]\n`);
  await succeeding(project.deploy("prod"));
});
afterAll(() => project.remove());

const answers = `async (request, env) => {
    const { pathname, searchParams } = new URL(request.url);
    const orders = () => env.ORDERS.prepare("SELECT group_concat(name) AS found FROM orders").first("found");
    if (pathname === "/") return new Response((await orders()) ?? "");
    const key = searchParams.get("key");
    if (pathname === "/room") return env.ROOM.getByName(key).fetch(request);
    if (pathname === "/write") {
      await env.FILES.put(key, "the bytes of " + key);
      await env.FOUND.upsert([{ id: key, values: [0.5, 0.25, key.length], metadata: { key } }]);
      return new Response("written");
    }
    const { objects } = await env.FILES.list();
    const found = await env.FOUND.getByIds(objects.map((each) => each.key));
    return Response.json({ objects: objects.map((each) => each.key), vectors: found.map(({ id }) => id).sort() });
  }`;
const givesOut = `
  async exportStorage() { return new Response(JSON.stringify([...(await this.ctx.storage.list())])).body; }
  async importStorage(exported) {
    const pairs = await new Response(exported).json();
    await this.ctx.storage.deleteAll();
    for (const [key, value] of pairs) await this.ctx.storage.put(key, value);
  }`;
const bucketSettings = `{
  notifications: [{ queue: jobs, events: ["object-create"], prefix: "told/" }],
  cors: [{ origins: ["https://shop.example.com"], methods: ["GET"] }],
  lifecycle: [{ id: "previews", prefix: "previews/", expire: { afterDays: 7 } }],
  lock: [{ id: "invoices", prefix: "invoices/", retain: { forDays: 10 } }],
}`;

const identity = ["--identity", "prod.key"];
const yes = ["--yes", "prod"];
const restore = (...more: readonly string[]) => project.just(["restore", "prod", ...more]);

const stores = z.object({ stores: z.record(z.string(), z.object({ id: z.string(), name: z.string() })) });
const serving = async (): Promise<{ readonly id: string; readonly name: string }> => {
  const out = await succeeding(project.just(["outputs", "prod", "--json"]));
  return stores.parse(JSON.parse(out)).stores["shop/orders"] ?? { id: "", name: "" };
};
const answered = async (): Promise<string> => (await project.visit("api.prod.localhost", "/")).text;
const held = async (): Promise<unknown> =>
  JSON.parse((await project.visit("api.prod.localhost", "/held")).text);
const seen = async (room: string): Promise<string> =>
  (await project.visit("api.prod.localhost", `/room?key=${room}`)).text;
const write = (key: string) => project.visit("api.prod.localhost", `/write?key=${key}`);
const rules = async (bucket: string, of: "cors" | "lifecycle" | "lock"): Promise<string> => {
  const found = project.api("prod", "GET", `/r2/buckets/${bucket}/${of}`);
  return JSON.stringify(await found.catch((error: unknown) => String(error)));
};
const query = (id: string, sql: string) => project.api("prod", "POST", `/d1/database/${id}/query`, { sql });
const names = async (id: string): Promise<string> => {
  const answer = z.array(z.object({ results: z.array(z.object({ all: z.string().nullable() })) }));
  const [first] = answer.parse(await query(id, "SELECT group_concat(name) AS [all] FROM orders"));
  return first?.results[0]?.all ?? "";
};
/** All that looks at the stage takes what serves for what should. */
async function atRest(): Promise<void> {
  expect(await answered()).toBe(await names((await serving()).id));
  await succeeding(project.pulumi(["preview", "--expect-no-changes", "--refresh", "--stack", "prod"]));
  await succeeding(project.just(["drift", "prod"]));
}

test("a backup takes the place of what serves in a protected stage, what would be lost is counted first, and the one before is kept", async () => {
  const before = await serving();
  await query(before.id, "INSERT INTO orders (name) VALUES ('a'), ('b')");
  await write("a");
  expect(await seen("one")).toBe("1");
  expect(await succeeding(project.just(["backup", "prod"]))).toMatch(/shop\/api\.Room\s+1\s+12\s+0/);
  await query(before.id, "INSERT INTO orders (name) VALUES ('c'); DELETE FROM orders WHERE name = 'a'");
  await write("since");
  const shown = await refused(restore(...identity, "--yes"));
  expect(shown).toContain("shop/orders, table orders: 1 row written, 0 changed, 1 deleted");
  expect(shown).toContain("shop/files: 1 object put, 0 with other bytes, 0 deleted");
  expect(shown).toContain("shop/found: it has 2 vectors now, and the backup 1");
  expect(shown).toContain("shop/files: its CORS rules go along");
  expect(shown).toMatch(/quicker, reads no row, .*just restore prod --at 20/);
  expect(shown).toContain("shop/files: jobs hears of the new bucket's objects from then on");
  expect(shown).toContain("1 object of class shop/api.Room had stored; --class shop/api.Room puts it back");
  expect(shown).toContain("type prod at the prompt; without a terminal: --yes prod");
  const done = await succeeding(restore(...identity, ...yes));
  const after = await serving();
  expect(after.name).toMatch(/^orders-\d{8}t\d{6}z$/);
  expect(done).toContain(`shop/orders: ${after.name} serves now`);
  expect(done).toContain("nobody has written into it since it was counted");
  expect([await names(after.id), await names(before.id)]).toEqual(["a,b", "b,c"]);
  expect(await held()).toEqual({ objects: ["a"], vectors: ["a"] });
  const [, bucket = ""] = /shop\/files: (\S+) serves now/.exec(done) ?? [];
  expect(bucket).toMatch(/^files-\d{8}t\d{6}z$/);
  expect(done).toContain("shop/files: 1 object put, 0 with other bytes, 0 deleted");
  for (const of of ["cors", "lifecycle", "lock"] as const)
    expect([of, await rules(bucket, of)]).toEqual([
      of,
      expect.stringMatching(/shop\.example\.com|previews|invoices/),
    ]);
  expect(await rules("files", "lifecycle")).not.toContain("previews");
  expect(await rules("files", "lock")).toContain("invoices");
  await atRest();
  await query(after.id, "DELETE FROM orders WHERE name = 'b'");
  expect(await refused(restore("--table", "orders", ...identity, "--yes"))).toContain(
    "1 row that it has no more",
  );
  expect(await succeeding(restore("--table", "orders", ...identity, ...yes))).toContain("1 row put back");
  expect(await answered()).toBe("a,b");
});

test("objects of one class get back what they had stored, and what they have by now is replaced only where that is said", async () => {
  expect(await seen("one")).toBe("2");
  expect(await seen("since")).toBe("1");
  const left = await succeeding(restore("--class", "Room", ...identity, "--yes", "prod"));
  expect(left).toContain("1 object with something else by now: left as they are");
  expect(left).toContain("0 objects as in the backup, 1 object that came since");
  expect(left).toContain("shop/api.Room: nothing to put back");
  const replaced = await succeeding(restore("--class", "Room", "--replace", ...identity, ...yes));
  expect(replaced).toContain("what they have stored since is LOST");
  expect(replaced).toContain("shop/api.Room: 1 object put back, and compared");
  expect([await seen("one"), await seen("since")]).toEqual(["2", "2"]);
});

test("back again is one command, which says what goes with it", async () => {
  await query((await serving()).id, "INSERT INTO orders (name) VALUES ('d')");
  expect(await refused(restore("--undo"))).toContain(
    "shop/orders, table orders: 1 row written, 1 changed, 0 deleted",
  );
  await succeeding(restore("--undo", ...yes));
  expect((await serving()).name).toBe("orders");
  expect(await answered()).toBe("b,c");
  expect(await held()).toEqual({ objects: ["a", "since"], vectors: ["a", "since"] });
  expect(await rules("files", "cors")).toContain("shop.example.com");
});

test("what was put in place, and what it was taken back from, is never restored into, though it has the backup's name", async () => {
  await succeeding(restore(...identity, ...yes));
  const served = await serving();
  await query(served.id, "DELETE FROM orders");
  const beside = await succeeding(restore("--into", "new", ...identity, ...yes));
  const [, name = "", id = ""] = /shop\/orders: (\S+) \(([^)]+)\)/.exec(beside) ?? [];
  expect([name, id]).not.toContain(served.id);
  expect(name).toMatch(/-\d$/);
  expect([await names(id), await names(served.id)]).toEqual(["a,b", ""]);
  await succeeding(restore("--undo", ...yes));
  await query(id, "INSERT INTO orders (name) VALUES ('by hand')");
  expect(await refused(restore("--into", "new", ...identity, ...yes))).toContain("there are more rows than");
  await project.api("prod", "DELETE", `/d1/database/${id}`);
});

test("a database that somebody deleted is restored, whether the stack's state still knows it or not", async () => {
  const { id } = await serving();
  await project.api("prod", "DELETE", `/d1/database/${id}`);
  expect(await refused(project.pulumi(["preview", "--stack", "prod"]))).toContain("shop/orders is gone");
  const done = await succeeding(restore(...identity, ...yes));
  expect(done).toContain("shop/orders: the database that served is there no more");
  expect(done).toContain("there is no way back to it");
  expect(done).not.toContain("To switch back");
  expect(await answered()).toBe("a,b");
  await project.api("prod", "DELETE", `/d1/database/${(await serving()).id}`);
  await succeeding(project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "prod"]));
  await succeeding(restore(...identity, ...yes));
  expect(await names((await serving()).id)).toBe("a,b");
  await atRest();
});

test("killed between the stack file and the state, every run is refused until the same command has gone on; two at once are none", async () => {
  const { name } = await serving();
  const next = name.replace(/-(\d+)$/, (_, count: string) => `-${Number(count) + 1}`);
  await killedWhen(`grep -q 'name: ${next}$' .lockstep/config/prod.yaml`);
  const said = await refused(project.pulumi(["preview", "--stack", "prod"]));
  expect(said).toContain("Another d1 was to take the place of shop/orders, and that was not finished");
  const both = await Promise.all([restore(...yes), restore(...yes)]);
  const [one = "", two = ""] = both.toSorted((a, b) => (a.code ?? 0) - (b.code ?? 0)).map(({ out }) => out);
  expect(one).toContain(`shop/orders: ${next} in the place of ${name}`);
  expect(two).toMatch(/Another restore of prod is under way|Another run is changing prod/);
  expect((await serving()).name).toBe(next);
  expect(await answered()).toBe("a,b");
});

test("a switch back that was killed is gone on with by the same command, not turned round", async () => {
  const { name } = await serving();
  const before = name.replace(/-(\d+)$/, (_, count: string) =>
    count === "2" ? "" : `-${Number(count) - 1}`,
  );
  await killedWhen(`grep -q '^      name: ${before}$' .lockstep/config/prod.yaml`, ["--undo"]);
  expect(await succeeding(restore("--undo", ...yes))).toContain("this goes on with it");
  expect((await serving()).name).toBe(before);
  await atRest();
});

test("a head that the stage's key did not sign is refused by name, with the backup to take instead; one that is older than the key is told to be unsigned", async () => {
  const folder = join(project.folder, "backups/embedded/prod");
  const [older = ""] = readdirSync(folder).filter((name) => name.endsWith("Z"));
  await succeeding(project.just(["signing-key", "prod", ...yes]));
  const other = project.run("sh", ["-c", "LOCKSTEP_BACKUP_SIGNING_KEY=another just backup prod"]);
  expect(await refused(other)).toContain("not the one that its backups are verified by");
  await succeeding(project.just(["backup", "prod"]));
  const newest =
    readdirSync(folder)
      .filter((name) => name.endsWith("Z"))
      .toSorted()
      .at(-1) ?? "";
  const head = join(folder, newest, "head.json");
  const text = readFileSync(head, "utf8");
  expect(text).toContain('"signature":');
  expect(await refused(restore(...identity))).not.toContain("nobody signed it");
  writeFileSync(head, text.replace(/,\s*"signature": "[^"]+"/, ""));
  const said = await refused(restore(...identity, ...yes));
  expect(said).toContain(`Backup ${newest} is not as prod wrote it`);
  expect(said).toContain("no signature, though the stage had its key");
  expect(said).toContain(`--from ${older}`);
  const fault = `${newest} counts for nothing: it has no signature`;
  expect(await refused(project.just(["backup-check", "prod"]))).toContain(`RED: ${fault}`);
  expect(await succeeding(project.just(["status", "prod"]))).toContain(`backups: ${fault}`);
  writeFileSync(head, text.replace('"bytes": 1', '"bytes": 2'));
  expect(await refused(project.just(["drill", "prod", ...identity]))).toContain(
    "a signature that the stage's key did not make",
  );
  expect(await refused(restore("--from", older, ...identity))).toContain(
    "nobody signed it: it is older than the stage's key",
  );
});

/** Kills a restore, with all that it started, as soon as a shell finds something to be so. */
async function killedWhen(condition: string, words = identity): Promise<void> {
  const command = ["just", "restore", "prod", ...words, ...yes].join(" ");
  const script = `setsid ${command} >restore.log 2>&1 & P=$!
until ${condition}; do kill -0 $P || exit 3; sleep 0.01; done
kill -s KILL -- -$P || exit 4; wait $P; true`;
  await succeeding(project.run("sh", ["-c", script]));
}
