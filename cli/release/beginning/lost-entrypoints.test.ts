import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, version } from "../../../embedded/contract/testing/call.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import project from "../../../project.ts";
import { service, system, worker } from "../../../src/declare/index.ts";
import { refuseLostEntrypoints, type Stable } from "./lost-entrypoints.ts";

const settings = { compatibilityDate: "2026-07-01" };
const silo = worker("silo", { ...settings, main: "silo.js" });
/** Today's declaration binds the default export alone: what the stable version is bound to, only Cloudflare knows. */
const api = worker("api", { ...settings, main: "api.js", env: { SILO: service(silo) } });
const shop = system("shop", [silo, api]);
const [stage] = project.stages.filter(({ name }) => name === "dev");

let embedded: Embedded;
let stable: Stable;
const root = mkdtempSync(join(tmpdir(), "lockstep-entrypoints-"));
const deployed = async (script: string, code: string, bindings: readonly object[]): Promise<string> => {
  const post = async (path: string, body: object) => {
    const answer = await call(embedded, "POST", `/accounts/${stable.accountId}/workers${path}`, body);
    if (!answer.success) throw new Error(answer.text);
    return answer.result;
  };
  await post("/workers", { name: script });
  const id = String((await post(`/workers/${script}/versions`, version(code, { bindings })))["id"]);
  const versions = [{ version_id: id, percentage: 100 }];
  await post(`/scripts/${script}/deployments`, { strategy: "percentage", versions });
  return id;
};

const old =
  'import { WorkerEntrypoint } from "cloudflare:workers";\nexport class Orders extends WorkerEntrypoint {}\nexport default { fetch: () => new Response() };';
beforeAll(async () => {
  embedded = await startEmbedded({ log: () => {} });
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

async function refusal(code: string, more: Partial<Stable> = {}): Promise<string> {
  writeFileSync(join(root, "silo.js"), code);
  try {
    await refuseLostEntrypoints({ ...stable, ...more });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

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
