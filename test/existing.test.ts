import { afterAll, beforeAll, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../embedded/contract/testing/stores-api.ts";
import project from "../project.ts";
import { aiGateway, d1, kv, r2, type System, system } from "../src/declare/index.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { existing } from "../src/program/preflight/existing.ts";

/** What the program asks the account before it registers anything, asked of the embedded API. */
let api: StoresApi;
let database = "";
let namespace = "";
beforeAll(async () => {
  api = await startStoresApi();
  database = (await api.call("POST", "/d1/database", { name: "orders-staging" })).json.result.uuid;
  namespace = (await api.call("POST", "/storage/kv/namespaces", { title: "cache-staging" })).json.result.id;
});
afterAll(() => api.close());

const [staging, prod] = ["staging", "prod"].map((name) => project.stages.find((each) => each.name === name));
/** What the state of the stack is to hold, as the engine would say. */
const managed = new Set<string>();
const asks = (of: System, token = api.token, owner: typeof prod | null = prod) => {
  if (staging === undefined) throw new Error("there is no stage staging");
  return existing([of], {
    stage: staging,
    owner: owner ?? undefined,
    inState: (_type, name) => managed.has(name),
    accountId: api.account,
    connection: () => ({ baseUrl: `${api.origin}/client/v4`, token }),
  });
};
const refusal = async (of: System, token?: string): Promise<string> => {
  const error: unknown = await asks(of, token).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof UserError) return error.message;
  throw new Error(`not refused: ${String(error)}`);
};

test("of what is adopted, the ids that the account has are found, and only those of this stage", async () => {
  const elsewhere = "00000000-0000-4000-8000-000000000000";
  const found = await asks(
    system("shop", [
      d1("orders", { adopt: { staging: database, prod: elsewhere } }),
      d1("gone", { adopt: { staging: elsewhere } }),
      kv("cache", { adopt: { staging: namespace } }),
      kv("other", { adopt: { staging: "0".repeat(32) } }),
      d1("plain"),
    ]),
  );
  expect([...found.adoptable].toSorted()).toEqual([database, namespace].toSorted());
});

test("a store under another name is refused, as it would be replaced by an empty one", async () => {
  expect(await refusal(system("shop", [d1("bills", { adopt: { staging: database } })]))).toMatch(
    /got: +[-0-9a-f]+ is called orders-staging in account[\s\S]*expected: +bills-staging[\s\S]*physicalName: "orders-staging"/,
  );
});

test("a token that may not look is refused, and is told which permission it lacks", async () => {
  const wrong = await refusal(system("shop", [d1("orders", { adopt: { staging: database } })]), "wrong");
  expect(wrong).toMatch(/cannot be asked, so nothing is begun[\s\S]*the permission D1 Read/);
});

test("what stages share is made by whoever comes first, and taken over by its owner once", async () => {
  const files = system("shop", [r2("files", { shared: true }), aiGateway("models", { shared: true })]);
  expect([...(await asks(files)).unmade]).toEqual(["shop/files", "shop/models"]);
  const asOwner = (): ReturnType<typeof existing> => asks(files, api.token, null);
  expect(await asOwner()).toEqual({ adoptable: new Set(), unmade: new Set() });
  await api.call("POST", "/r2/buckets", { name: "files" });
  expect([...(await asks(files)).unmade]).toEqual(["shop/models"]);
  expect([...(await asOwner()).adoptable]).toEqual(["default/files"]);
  managed.add("shop/files");
  expect([...(await asOwner()).adoptable]).toEqual([]);
});

test("where nothing is adopted or shared, nobody is asked, so no token is needed", async () => {
  const plain = system("shop", [d1("orders"), kv("cache"), r2("files")]);
  expect(await asks(plain, "")).toEqual({ adoptable: new Set(), unmade: new Set() });
});

test("a bucket is found by its name, in its own jurisdiction", async () => {
  await api.call("POST", "/r2/buckets", { name: "papers-staging" });
  const found = await asks(
    system("shop", [
      r2("papers", { adopt: { staging: "papers-staging" } }),
      r2("others", { adopt: { staging: "papers-staging" }, jurisdiction: "eu" }),
    ]),
  );
  expect([...found.adoptable]).toEqual(["default/papers-staging"]);
  // What the stack has already is not taken over again: Pulumi would replace it.
  managed.add("shop/papers");
  const again = await asks(system("shop", [r2("papers", { adopt: { staging: "papers-staging" } })]));
  expect([...again.adoptable]).toEqual([]);
  const renamed = system("shop", [r2("letters", { adopt: { staging: "papers-staging" } })]);
  expect(await refusal(renamed)).toMatch(/physicalName: "papers-staging"/);
});
