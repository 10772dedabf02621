import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { type Answer, call, upload, version, visit } from "./testing/call.ts";

let embedded: Embedded;
let a: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

const says = (text: string): string => `export default { fetch() { return new Response("${text}") } }`;
const put = (script: string, form: FormData): Promise<Answer> =>
  call(embedded, "PUT", `${a}/workers/scripts/${script}`, form);

test("a refused upload that is the first thing ever asked of a folder spoils nothing for those after it", async () => {
  // First in this file on purpose: the process may not have seen any upload before.
  const { result } = await call(embedded, "POST", `${a}/workers/workers`, { name: "empty" });
  const refused = await call(embedded, "POST", `${a}/workers/workers/${String(result["id"])}/versions`, {});
  expect({ status: refused.status, code: refused.code }).toEqual({ status: 400, code: 10021 });
  expect((await put("first", upload(says("fine"), {}))).success).toBe(true);
});

test("uploads of one new Worker at once: each is judged alone, and the last one serves", async () => {
  const [bad, good] = await Promise.all([
    put("both", upload("throw new Error('at the top')", {})),
    put("both", upload(says("good"), {})),
  ]);
  expect(bad?.code).toBe(10021);
  expect(good?.success, good?.text).toBe(true);
  await call(embedded, "POST", `${a}/workers/scripts/both/subdomain`, { enabled: true });
  expect(await visit(embedded, "both")).toBe("200 good");
});

test("two uploads at once that both declare a Durable Object class agree on one namespace", async () => {
  const code = `import { DurableObject } from "cloudflare:workers";
    export class Count extends DurableObject {
      async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; }
    }
    export default { async fetch(_, env) { return new Response(String(await env.COUNT.get(env.COUNT.idFromName("a")).next())) } }`;
  const form = (): FormData =>
    upload(code, {
      bindings: [{ name: "COUNT", type: "durable_object_namespace", class_name: "Count" }],
      exports: { Count: { type: "durable-object", storage: "sqlite" } },
    });
  await put("counter", upload(says("no class yet"), {}));
  await call(embedded, "POST", `${a}/workers/scripts/counter/subdomain`, { enabled: true });
  const second = put("counter", form()).then(async (answer) => ({
    answer,
    n: await visit(embedded, "counter"),
  }));
  const third = put("counter", form());
  expect((await second).answer.success).toBe(true);
  expect((await third).success).toBe(true);
  expect((await second).n).toBe("200 1");
  expect(await visit(embedded, "counter")).toBe("200 2");
  const versions = await call(embedded, "GET", `${a}/workers/workers/counter/versions`);
  expect(versions.list).toMatchObject([{ number: 3 }, { number: 2 }, { number: 1 }]);
});

test("an upload that comes while its Worker is being deleted makes a new one", async () => {
  await put("replaced", upload(says("old"), {}));
  const [gone, uploaded, again] = await Promise.all([
    call(embedded, "DELETE", `${a}/workers/scripts/replaced`),
    put("replaced", upload(says("new"), {})),
    call(embedded, "DELETE", `${a}/workers/scripts/replaced`),
  ]);
  // They may arrive in any order; in none of them is an upload told that its Worker does not exist.
  expect(uploaded?.success, uploaded?.text).toBe(true);
  const statuses = [gone?.status, again?.status];
  expect(statuses).toContain(200);
  expect(statuses.every((status) => status === 200 || status === 404)).toBe(true);
});

test("a version cannot be deleted while it is being deployed", async () => {
  const { result: worker } = await call(embedded, "POST", `${a}/workers/workers`, { name: "kept" });
  const versions = `${a}/workers/workers/${String(worker["id"])}/versions`;
  const id = String((await call(embedded, "POST", versions, version(says("kept")))).result["id"]);
  const [deployed, removed] = await Promise.all([
    call(embedded, "POST", `${a}/workers/scripts/kept/deployments`, {
      strategy: "percentage",
      versions: [{ version_id: id, percentage: 100 }],
    }),
    call(embedded, "DELETE", `${versions}/${id}`),
  ]);
  // Whichever came first: a deployment whose version is gone could not be started again.
  expect([deployed?.success, removed?.success].filter(Boolean)).toHaveLength(1);
  expect((await call(embedded, "GET", `${versions}/${id}`)).success).toBe(deployed?.success);
});

test("settings that come with refused bindings are not applied either", async () => {
  await put("settled", upload(says("one"), {}));
  const form = new FormData();
  const bindings = [{ name: "KV", type: "kv_namespace", namespace_id: "nothing" }];
  form.set("settings", JSON.stringify({ logpush: true, tags: ["new"], bindings }));
  expect((await call(embedded, "PATCH", `${a}/workers/scripts/settled/settings`, form)).code).toBe(10041);
  expect((await call(embedded, "GET", `${a}/workers/scripts/settled/script-settings`)).result).toMatchObject({
    logpush: false,
    tags: [],
  });
});
