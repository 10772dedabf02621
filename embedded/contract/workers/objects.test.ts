import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Answer, call, version, visit } from "../testing/call.ts";

let embedded: Embedded;
let a: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

/** A Worker that counts its visits in an object of each of the classes. */
const counting = (
  ...classes: readonly string[]
): string => `import { DurableObject } from "cloudflare:workers";
${classes.map((name) => `export class ${name} extends DurableObject { async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n } }`).join("\n")}
export default { async fetch(request, env) { return new Response(String(await env.C.get(env.C.idFromName("one")).next())) } }`;

const bound = (className: string, script?: string): object => ({
  bindings: [
    {
      type: "durable_object_namespace",
      name: "C",
      class_name: className,
      ...(script === undefined ? {} : { script_name: script }),
    },
  ],
});
const live = { type: "durable-object", storage: "sqlite" };

const create = async (name: string): Promise<string> =>
  String(
    (await call(embedded, "POST", `${a}/workers/workers`, { name, subdomain: { enabled: true } })).result[
      "id"
    ],
  );
const post = (worker: string, code: string, more: object, query = "?deploy=true"): Promise<Answer> =>
  call(embedded, "POST", `${a}/workers/workers/${worker}/versions${query}`, version(code, more));
const scenarios = (answer: Answer): readonly string[] =>
  [...answer.text.matchAll(/"scenario":"(\w+)"/g)].map(([, name]) => name ?? "");
const namespaces = async (): Promise<readonly unknown[]> =>
  (await call(embedded, "GET", `${a}/workers/durable_objects/namespaces`)).list;

test("a class is declared, renamed with its data, and deleted with it", async () => {
  const worker = await create("lifecycle");
  const made = await post(worker, counting("A"), { ...bound("A"), exports: { A: live } });
  expect(made.result["exports_reconciliation"]).toMatchObject({ created: ["A"], renamed: [], deleted: [] });
  expect(await visit(embedded, "lifecycle")).toBe("200 1");
  const [namespace] = await namespaces();
  expect(namespace).toMatchObject({ class: "A", script: "lifecycle", use_sqlite: true });
  expect(made.result["bindings"]).toMatchObject([{ name: "C", class_name: "A" }]);

  // Only declared things happen: forgetting a class, or dropping it from the code, is refused.
  expect(scenarios(await post(worker, counting("A"), { exports: {} }))).toEqual([
    "provisioned_class_missing_from_config",
  ]);
  expect(scenarios(await post(worker, counting("Other"), { exports: { A: live } }))).toEqual([
    "config_export_not_in_code",
  ]);
  expect((await post(worker, counting("Other"), {})).code).toBe(10064);

  const renamed = await post(worker, counting("B"), {
    ...bound("B"),
    exports: { A: { type: "durable-object", state: "renamed", renamed_to: "B" }, B: live },
  });
  expect(renamed.result["exports_reconciliation"]).toMatchObject({
    renamed: [{ from: "A", to: "B" }],
    created: [],
  });
  expect(await visit(embedded, "lifecycle")).toBe("200 2");

  const id = String((await namespaces()).map((found) => Object(found).id)[0]);
  expect(existsSync(join(embedded.dataDir, "objects", id))).toBe(true);
  const gone = await post(worker, "export default { fetch() { return new Response('none') } }", {
    exports: { B: { type: "durable-object", state: "deleted" } },
  });
  expect(gone.result["exports_reconciliation"]).toMatchObject({ deleted: ["B"] });
  expect(await visit(embedded, "lifecycle")).toBe("200 none");
  expect(existsSync(join(embedded.dataDir, "objects", id))).toBe(false);
  expect(await namespaces()).toEqual([]);
});

test("a version that changes classes takes effect when it is deployed, and only alone", async () => {
  const worker = await create("alone");
  const plain = await post(worker, "export default { fetch() { return new Response('plain') } }", {});
  const classy = await post(worker, counting("A"), { ...bound("A"), exports: { A: live } }, "");
  expect(classy.success).toBe(true);
  expect(await namespaces()).toEqual([]);
  const deploy = (versions: readonly object[]): Promise<Answer> =>
    call(embedded, "POST", `${a}/workers/scripts/alone/deployments`, { strategy: "percentage", versions });
  expect(
    (
      await deploy([
        { version_id: plain.result["id"], percentage: 50 },
        { version_id: classy.result["id"], percentage: 50 },
      ])
    ).code,
  ).toBe(10211);
  expect((await deploy([{ version_id: classy.result["id"], percentage: 100 }])).success).toBe(true);
  expect(await visit(embedded, "alone")).toBe("200 1");
  // The binding has had the id of the namespace since the upload.
  const shown = await call(
    embedded,
    "GET",
    `${a}/workers/workers/${worker}/versions/${String(classy.result["id"])}`,
  );
  expect(shown.result["bindings"]).toMatchObject([{ namespace_id: Object((await namespaces())[0]).id }]);
});

test("a class moves to another Worker in two phases, and its data with it", async () => {
  const from = await create("giver");
  const to = await create("taker");
  await post(from, counting("Moved"), { ...bound("Moved"), exports: { Moved: live } });
  expect(await visit(embedded, "giver")).toBe("200 1");
  const early = await post(from, counting("Moved"), {
    exports: { Moved: { type: "durable-object", state: "transferred", transferred_to: "taker" } },
  });
  expect(scenarios(early)).toEqual(["transferred_pending_not_found"]);
  const expecting = await post(to, counting("Moved"), {
    exports: {
      Moved: {
        type: "durable-object",
        state: "expecting-transfer",
        storage: "sqlite",
        transfer_from: "giver",
      },
    },
  });
  expect(expecting.result["exports_reconciliation"]).toMatchObject({
    transfer_pending: [{ class: "Moved", from: "giver" }],
  });
  const given = await post(from, counting("Moved"), {
    ...bound("Moved", "taker"),
    exports: { Moved: { type: "durable-object", state: "transferred", transferred_to: "taker" } },
  });
  expect(given.result["exports_reconciliation"], given.text).toMatchObject({
    transferred: [{ class: "Moved", to: "taker" }],
  });
  expect(await visit(embedded, "giver")).toBe("200 2");
  await post(to, counting("Moved"), { ...bound("Moved"), exports: { Moved: live } });
  expect(await visit(embedded, "taker")).toBe("200 3");
  expect(await visit(embedded, "giver")).toBe("200 4");
});

test("a Worker whose class another one binds is not deleted without force", async () => {
  const owner = await create("owner");
  await post(owner, counting("A"), { exports: { A: live } });
  const user = await create("user");
  expect((await post(user, counting(), bound("A", "owner"))).success).toBe(true);
  expect(await visit(embedded, "user")).toBe("200 1");
  const refused = await call(embedded, "DELETE", `${a}/workers/workers/${owner}`);
  expect(refused.code).toBe(10064);
  expect(refused.message).toContain("user (C)");
  expect((await call(embedded, "DELETE", `${a}/workers/workers/${user}`)).success).toBe(true);
  expect((await call(embedded, "DELETE", `${a}/workers/workers/${owner}`)).success).toBe(true);
});
