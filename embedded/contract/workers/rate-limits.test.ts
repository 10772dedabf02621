import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, version, visit } from "../testing/call.ts";
import { deployScript } from "../testing/deploy-script.ts";

const code = `export default { async fetch(request, env) {
  const { searchParams } = new URL(request.url);
  const calls = Number(searchParams.get("calls") ?? 1);
  let passed = 0;
  try {
    for (let i = 0; i < calls; i++) if ((await env.LIMIT.limit({ key: searchParams.get("key") ?? undefined })).success) passed++;
  } catch (error) { return new Response(error.message, { status: 400 }); }
  return new Response(String(passed));
} }`;

let embedded: Embedded;
const limit = (namespaceId: string, simple: object = { limit: 5, period: 60, mitigation_timeout: 60 }) => ({
  type: "ratelimit",
  name: "LIMIT",
  namespace_id: namespaceId,
  simple,
});
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const target = (i: number) => ({
    api: embedded.api,
    token: embedded.token,
    account: String(embedded.accounts[i]?.id),
  });
  // A key that went over stays refused for a while, so that no test depends on where a window begins.
  await deployScript(target(0), "one", code, [limit("7")]);
  await deployScript(target(0), "same", code, [limit("7")]);
  await deployScript(target(0), "other", code, [limit("8")]);
  await deployScript(target(1), "one", code, [limit("7")]);
});
afterAll(() => embedded.close());

test("each key has its limit, in all Workers of an account that bind the same id", async () => {
  const passed = Number((await visit(embedded, "one", "dev", "/?key=a&calls=20")).split(" ")[1]);
  expect(passed).toBeGreaterThanOrEqual(5);
  expect(passed).toBeLessThanOrEqual(10);
  expect(await visit(embedded, "one", "dev", "/?key=b")).toBe("200 1");
  expect(await visit(embedded, "same", "dev", "/?key=a")).toBe("200 0");
  expect(await visit(embedded, "other", "dev", "/?key=a")).toBe("200 1");
  expect(await visit(embedded, "one", "staging", "/?key=a")).toBe("200 1");
});

test("a call without a key is refused", async () => {
  expect(await visit(embedded, "one")).toContain("400 a rate limit counts by a text");
});

test.each([
  [limit("0"), "namespace_id"],
  [limit("a"), "namespace_id"],
  [limit("7", { limit: 0, period: 60 }), "limit"],
  [limit("7", { limit: 5, period: 30 }), "period"],
  [limit("7", { limit: 5, period: 60, mitigation_timeout: 10 }), "mitigation_timeout"],
])("%o is refused at the upload", async (binding, member) => {
  const base = `/accounts/${embedded.accounts[0]?.id}/workers/workers`;
  const answer = await call(embedded, "POST", `${base}/one/versions`, version(code, { bindings: [binding] }));
  expect([answer.status, answer.code]).toEqual([400, 10021]);
  expect(answer.message).toContain(member);
});
