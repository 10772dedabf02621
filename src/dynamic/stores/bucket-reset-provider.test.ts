import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { call } from "../../cloudflare/api.ts";
import { provider } from "./bucket-reset-provider.ts";

let embedded: Embedded;
let root = "";
let accountId = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lockstep-reset-"));
  mkdirSync(join(root, ".lockstep"));
  embedded = await startEmbedded({ dataDir: join(root, ".lockstep/embedded"), log: logInternalErrors });
  accountId = embedded.accounts[0]?.id ?? "";
  vi.stubEnv("PULUMI_BACKEND_URL", pathToFileURL(join(root, ".lockstep/state")).href);
  vi.spyOn(process, "cwd").mockReturnValue(root);
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await embedded.close();
  rmSync(root, { recursive: true, force: true });
});

const europe = { "cf-r2-jurisdiction": "eu" };
const ask = (method: "GET" | "PUT" | "POST", path: string, body?: object): Promise<unknown> =>
  call(
    { baseUrl: embedded.api, token: embedded.token },
    method,
    `/accounts/${accountId}/r2/buckets${path}`,
    body,
    europe,
  );

test("its deletion takes a setting back in the bucket's own jurisdiction, and is content with a bucket that is gone", async () => {
  await ask("POST", "", { name: "files" });
  const expire = { deleteObjectsTransition: { condition: { type: "Age", maxAge: 86_400 } } };
  await ask("PUT", "/files/lifecycle", {
    rules: [{ id: "a", enabled: true, conditions: { prefix: "" }, ...expire }],
  });
  const inputs = { accountId, bucketName: "files", jurisdiction: "eu", setting: "lifecycle" };
  const { id, outs } = await provider.create(inputs);
  expect(await ask("GET", "/files/lifecycle")).toMatchObject({ rules: [{ id: "a" }] });
  await provider.delete(id, outs);
  expect(await ask("GET", "/files/lifecycle")).toMatchObject({
    rules: [{ id: "Default Multipart Abort Rule" }],
  });
  await provider.delete(id, { ...inputs, jurisdiction: "default" });
});

test("another bucket is another one, the same has no change", async () => {
  const inputs = { accountId, bucketName: "files", jurisdiction: "eu", setting: "lock" };
  expect(await provider.diff("x", inputs, inputs)).toEqual({ changes: false, replaces: [] });
  expect(await provider.diff("x", inputs, { ...inputs, bucketName: "others" })).toEqual({
    changes: true,
    replaces: ["bucketName"],
  });
});
