import { afterAll, beforeAll, expect, test } from "vitest";
import { call, version } from "../../../embedded/contract/testing/call.ts";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import project from "../../../project.ts";
import { d1, system, worker } from "../../../src/declare/index.ts";
import type { Site } from "../../db/site.ts";
import type { Goal } from "./goal.ts";
import { refuseUnusable, versionOf } from "./version.ts";

const database = d1("notes");
const options = { main: "api.ts", compatibilityDate: "2026-07-01", env: { DB: database } };
const api = worker("api", options);
const [stage] = project.stages.filter(({ name }) => name === "dev");

let embedded: Embedded;
let site: Site;

const post = async (path: string, body: object) => {
  const answer = await call(embedded, "POST", `/accounts/${site.accountId}${path}`, body);
  if (!answer.success) throw new Error(answer.text);
  return answer.result;
};
const made = async (databaseId: string): Promise<string> => {
  const bindings = [
    { type: "d1", name: "DB", database_id: databaseId },
    { type: "secret_text", name: "KEY", text: "hush" },
  ];
  const code = "export default { fetch: () => new Response() };";
  return String((await post("/workers/workers/api-dev/versions", version(code, { bindings })))["id"]);
};
const serve = (id: string) =>
  post("/workers/scripts/api-dev/deployments", {
    strategy: "percentage",
    versions: [{ version_id: id, percentage: 100 }],
  });

/** The old version binds one database, the one that serves another. */
let [old, first, second] = ["", "", ""];
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  if (stage === undefined) throw new Error("there is no stage dev");
  const connection = { baseUrl: embedded.api, token: embedded.token };
  site = { stage, target: "embedded", accountId: embedded.accounts[0]?.id ?? "", connection };
  first = String((await post("/d1/database", { name: "notes-old" }))["uuid"]);
  second = String((await post("/d1/database", { name: "notes-dev" }))["uuid"]);
  await post("/workers/workers", { name: "api-dev" });
  old = await made(first);
  await serve(await made(second));
});
afterAll(() => embedded.close());

async function refusalOf(to: string, declared = api): Promise<string> {
  const goal: Goal = {
    ...{ label: "shop/api", system: system("shop", [database, declared]), worker: declared },
    ...{ script: "api-dev", from: "", to },
  };
  const found = await versionOf(goal, site);
  expect(found.secrets).toEqual(["KEY"]);
  try {
    await refuseUnusable([goal], new Map([[goal, found]]), site);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("a version of the databases that the stage has is not refused", async () => {
  expect(await refusalOf(await made(second))).toBe("");
});

test("a version that binds another database than the stage has now is named with it, before anything is changed", async () => {
  expect(await refusalOf(old)).toMatch(
    /Version \w{8} of shop\/api binds another database than the stage has now[\s\S]*notes-old \([\s\S]*notes-dev/,
  );
});

test("a version whose database is gone is named with it", async () => {
  await call(embedded, "DELETE", `/accounts/${site.accountId}/d1/database/${first}`);
  expect(await refusalOf(old)).toMatch(
    /Version \w{8} of shop\/api binds a database that is gone[\s\S]*which the account does not have any more/,
  );
});

test("a version with other Durable Object classes is named before Cloudflare refuses it", async () => {
  const rooms = worker("api", { ...options, durableObjects: { Room: {} } });
  expect(await refusalOf(await made(second), rooms)).toMatch(
    /has other Durable Object classes, and Cloudflare does not go back over a change of them[\s\S]*Room \(sqlite\)/,
  );
});
