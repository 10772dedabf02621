import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, version } from "../../../embedded/contract/testing/call.ts";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import project from "../../../project.ts";
import { raw, service, system, type Worker, worker } from "../../../src/declare/index.ts";
import type { Stable } from "./bound.ts";
import { refuseLostCalls } from "./callers.ts";
import { type ReadCode, servedCode } from "./served-code.ts";

const settings = { compatibilityDate: "2026-07-01" };
const silo = worker("silo", { ...settings, main: "silo.js" });
/** Today's declaration binds the default export alone: what the stable version is bound to, only Cloudflare knows. */
const api = worker("api", { ...settings, main: "api.js", env: { SILO: service(silo) } });
const shop = system("shop", [silo, api]);
const [stage] = project.stages.filter(({ name }) => name === "dev");

let embedded: Embedded;
let stable: Stable;
const root = mkdtempSync(join(tmpdir(), "lockstep-entrypoints-"));
const made = new Set<string>();
const deployed = async (script: string, code: string, bindings: readonly object[]): Promise<string> => {
  const post = async (path: string, body: object) => {
    const answer = await call(embedded, "POST", `/accounts/${stable.accountId}/workers${path}`, body);
    if (!answer.success) throw new Error(answer.text);
    return answer.result;
  };
  if (!made.has(script)) await post("/workers", { name: script });
  made.add(script);
  const id = String((await post(`/workers/${script}/versions`, version(code, { bindings })))["id"]);
  const versions = [{ version_id: id, percentage: 100 }];
  await post(`/scripts/${script}/deployments`, { strategy: "percentage", versions });
  return id;
};

const old =
  'import { WorkerEntrypoint } from "cloudflare:workers";\nexport class Orders extends WorkerEntrypoint {}\nexport default { fetch: () => new Response() };';
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  if (stage === undefined) throw new Error("there is no stage dev");
  const api = { baseUrl: embedded.api, token: embedded.token };
  const accountId = embedded.accounts[0]?.id ?? "";
  stable = { stage, systems: [shop], root, api, accountId, versions: {} };
  const toSilo = { type: "service", service: "silo-dev", environment: "production" };
  const versions = {
    "shop/silo": await deployed("silo-dev", old, []),
    "shop/api": await deployed("api-dev", "export default { fetch: () => new Response() };", [
      { ...toSilo, name: "SILO" },
      { ...toSilo, name: "ORDERS", entrypoint: "Orders" },
    ]),
  };
  stable = { ...stable, versions };
});
afterAll(async () => {
  await embedded.close();
  rmSync(root, { recursive: true });
});

/** Code of the stable versions, as this machine has it. */
type OldCodes = Readonly<Record<string, string>>;

const readingOf =
  (old: OldCodes): ReadCode =>
  async ({ script }) => {
    const [, code] = Object.entries(old).find(([label]) => script === `${label.split("/")[1]}-dev`) ?? [];
    return code === undefined ? { unknown: "nobody told its code" } : { modules: [code] };
  };

async function judged(code: string, more: Partial<Stable>, old: OldCodes): Promise<readonly string[]> {
  writeFileSync(join(root, "silo.js"), code);
  const { unknown } = await refuseLostCalls({ ...stable, ...more }, readingOf(old));
  return unknown;
}
const refusal = (code: string, more: Partial<Stable> = {}, old: OldCodes = {}): Promise<string> =>
  judged(code, more, old).then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

test("a new callee without an entrypoint that the stable caller is bound to is refused, both named", async () => {
  const said = await refusal("export class Invoices {}\nexport default {};");
  expect(said).toMatch(
    /new version of shop\/silo lacks entrypoint Orders, which the stable version of shop\/api calls/,
  );
  expect(said).toMatch(/ORDERS of shop\/api, version [0-9a-f]{8}/);
  expect(said).toContain("silo.js exports Invoices, default");
});

test("a new callee that has it under its name is not refused, nor one of which only the runtime knows the exports", async () => {
  expect(await refusal(old)).toBe("");
  expect(await refusal("class Kept {}\nexport { Kept as Orders };\nexport default {};")).toBe("");
  expect(await refusal('export * from "cloudflare:workers";\nexport default {};')).toBe("");
});

test("a caller without a stable version meets nobody", async () => {
  const { "shop/api": _, ...versions } = stable.versions;
  expect(await refusal("export default {};", { versions })).toBe("");
});

const answering = "export default { fetch: () => new Response() };";
const orders = (methods: string): string =>
  `import { WorkerEntrypoint } from "cloudflare:workers";\nexport class Orders extends WorkerEntrypoint { ${methods} }\nexport default {};`;
const caller = "export default { fetch: (_, env) => env.ORDERS.place(1) };";

test("a method that the stable caller calls and the new callee lacks is refused; where the code does not tell, that is said", async () => {
  const old = { "shop/api": caller };
  expect(await judged(orders("place() {} cancel() {}"), {}, old)).toEqual([]);
  expect(await refusal(orders("cancel() {}"), {}, old)).toMatch(
    /new version of shop\/silo lacks place\(\), which the stable version of shop\/api calls[\s\S]*Orders of shop\/silo has cancel/,
  );
  expect(await judged(orders("cancel() {}"), {}, {})).toEqual([
    expect.stringMatching(/calls by ORDERS \(of that version, nobody told its code\)/),
    expect.stringMatching(/Not known: .* calls by SILO /),
  ]);
  const wrapped = "const Orders = wrap(class {});\nexport { Orders };\nexport default {};";
  expect(await judged(wrapped, {}, old)).toEqual([
    expect.stringMatching(/new Orders of shop\/silo .*the code of shop\/silo does not write out its methods/),
  ]);
});

test("a caller of another stack of the account is found, and named by what Cloudflare calls it", async () => {
  const toInvoices = { type: "service", service: "silo-dev", entrypoint: "Invoices", name: "INVOICES" };
  const gone = await deployed("elsewhere", answering, [toInvoices]);
  expect(await refusal(old)).toMatch(
    /lacks entrypoint Invoices, which the stable version of elsewhere calls[\s\S]*INVOICES of elsewhere/,
  );
  expect(gone).not.toBe("");
  const keeps = `${old}\nexport class Invoices {}`;
  expect(await refusal(keeps)).toBe("");
});

test("the code of stable versions is asked of Cloudflare where this machine does not have it, also that of other stacks; what is not as it was recorded is not believed", async () => {
  const reading = (state: Parameters<typeof servedCode>[0]["state"] = []) =>
    servedCode({ api: stable.api, accountId: stable.accountId, root, state });
  const toOrders = { type: "service", service: "silo-dev", entrypoint: "Orders" };
  await deployed("farther", "export default { fetch: (_, env) => env.ORDERS.cancel() };", [
    { ...toOrders, name: "ORDERS" },
  ]);
  const version = await deployed("api-dev", caller, [{ ...toOrders, name: "ORDERS" }]);
  const versions = { ...stable.versions, "shop/api": version };
  const keeps = (methods: string): string => `${orders(methods)}\nexport class Invoices {}`;
  const refused = async (methods: string): Promise<readonly string[]> => {
    writeFileSync(join(root, "silo.js"), keeps(methods));
    return (await refuseLostCalls({ ...stable, versions }, reading())).unknown;
  };
  expect(await refused("place() {} cancel() {}")).toEqual([]);
  await expect(refused("cancel() {}")).rejects.toThrow(/lacks place\(\), .* stable version of shop\/api/);
  await expect(refused("place() {}")).rejects.toThrow(/lacks cancel\(\), .* stable version of farther/);
  const recorded = { mainModule: "index.js", modules: [{ name: "index.js", contentSha256: "0".repeat(64) }] };
  const resource = {
    type: "cloudflare:index/workerVersion:WorkerVersion",
    outputs: { ...recorded, id: version },
  };
  const read = reading([{ urn: "urn", name: "shop/api", inputs: {}, protect: false, ...resource }]);
  expect(await read({ script: "api-dev", version })).toEqual({
    unknown: expect.stringMatching(/is not what the stack's state recorded/),
  });
  expect(await read({ script: "nobody", version })).toEqual({
    unknown: expect.stringMatching(/does not give its code: .*404/),
  });
});

test("in a circle of workers a new caller is refused that calls what the stable callee does not have yet", async () => {
  writeFileSync(join(root, "one.js"), "export default { fetch: (_, env) => env.TWO.fresh() };");
  writeFileSync(join(root, "two.js"), "export default { fetch: () => new Response() };");
  const one: Worker = worker("one", {
    ...{ ...settings, main: "one.js" },
    env: { TWO: service(() => two, "Second") },
  });
  const two: Worker = worker("two", { ...settings, main: "two.js", env: { ONE: service(() => one) } });
  const second = (methods: string) => ({
    "shop/two": `import { WorkerEntrypoint } from "cloudflare:workers";\nexport class Second extends WorkerEntrypoint { ${methods} }`,
  });
  // The stable version of two is one that Cloudflare has, so that it can be asked what it is bound to.
  const known = {
    systems: [system("shop", [one, two])],
    versions: { "shop/two": await deployed("two-dev", answering, []) },
  };
  expect(await refusal(orders(""), known, second("fresh() {}"))).toBe("");
  expect(await refusal(orders(""), known, second("old() {}"))).toMatch(
    /stable version of shop\/two lacks fresh\(\), which the new version of shop\/one calls[\s\S]*two releases: first shop\/two/,
  );
  expect(await refusal(orders(""), known, { "shop/two": "export default {};" })).toMatch(
    /stable version of shop\/two lacks entrypoint Second, which the new version of shop\/one binds/,
  );
  expect(await judged(orders(""), known, {})).toContainEqual(
    expect.stringMatching(/Not known: whether the stable Second of shop\/two has what/),
  );
});

test("a circle over two systems is broken where the stable callee has what the new caller calls; where no way is safe the release is refused", async () => {
  const calling = (name: string, other: string): Worker =>
    worker(name, {
      ...{ ...settings, main: `${name}.js` },
      env: { OTHER: raw({ type: "service", service: `${other}-dev`, entrypoint: "Rpc" }) },
    });
  const [left, right] = [calling("left", "right"), calling("right", "left")];
  const code = (calls: string, has: string): string =>
    `import { WorkerEntrypoint } from "cloudflare:workers";
export class Rpc extends WorkerEntrypoint { ${has}() {} old() {} }
export default { fetch: (_, env) => env.OTHER.${calls}() };`;
  writeFileSync(join(root, "left.js"), code("fresh", "fresh"));
  writeFileSync(join(root, "right.js"), code("old", "fresh"));
  const ids = [await deployed("left-dev", answering, []), await deployed("right-dev", answering, [])];
  const systems = [system("a", [left]), system("b", [right])];
  const known = { ...stable, systems, versions: { "a/left": ids[0] ?? "", "b/right": ids[1] ?? "" } };
  const old: ReadCode = async () => ({ modules: [code("old", "older")] });
  const { order } = await refuseLostCalls(known, old);
  expect(order.waves.map(({ system: { name } }) => name)).toEqual(["b", "a"]);
  writeFileSync(join(root, "right.js"), code("fresh", "fresh"));
  await expect(refuseLostCalls(known, old)).rejects.toThrow(
    /stable version of [ab]\/\w+ lacks fresh\(\)[\s\S]*make it two releases/,
  );
});
