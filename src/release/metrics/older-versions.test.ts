import { afterAll, beforeAll, expect, test } from "vitest";
import { call, version } from "../../../embedded/contract/testing/call.ts";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { exchange } from "../../cloudflare/exchange.ts";
import { olderVersions } from "./older-versions.ts";

let embedded: Embedded;
let accountId = "";
/** The older one, and the one that serves. */
let [old, fresh] = ["", ""];

const post = async (path: string, body: object) => {
  const answer = await call(embedded, "POST", `/accounts/${accountId}${path}`, body);
  if (!answer.success) throw new Error(answer.text);
  return answer.result;
};
const deploy = (...versions: readonly (readonly [id: string, percentage: number])[]) =>
  post("/workers/scripts/api/deployments", {
    strategy: "percentage",
    versions: versions.map(([version_id, percentage]) => ({ version_id, percentage })),
  });
const visit = (id?: string) =>
  exchange(`http://api.${embedded.accounts[0]?.name}.localhost:${embedded.frontPort}/`, {
    headers: id === undefined ? {} : { "cloudflare-workers-version-overrides": `api="${id}"` },
  });

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  accountId = embedded.accounts[0]?.id ?? "";
  await post("/workers/workers", { name: "api", subdomain: { enabled: true } });
  const code = 'export default { fetch: () => new Response("ok") };';
  const made = async (text: string) =>
    String((await post("/workers/workers/api/versions", version(`${code} // ${text}`)))["id"]);
  [old, fresh] = [await made("1"), await made("2")];
  await deploy([old, 0], [fresh, 100]);
});
afterAll(() => embedded.close());

const asked = (sinceMs: number, toMs = Date.now()) =>
  olderVersions({ baseUrl: embedded.api, token: embedded.token }, accountId, {
    ...{ script: "api", version: fresh },
    ...{ fromMs: sinceMs, toMs },
  });
/** Until the metrics tell of what was just done: they lag by a second. */
const said = (sinceMs: number) => expect.poll(() => asked(sinceMs));
/** A moment behind which nothing of what was done before is counted: analytics know whole seconds. */
const later = async (): Promise<number> => {
  const ms = (Math.floor(Date.now() / 1000) + 1) * 1000;
  // A timer may ring a moment early.
  while (Date.now() < ms) await new Promise((resolve) => setTimeout(resolve, ms - Date.now()));
  return ms;
};

test("no metrics are no proof that no older version runs, and neither are metrics that are refused", async () => {
  const begun = Date.now() - 1000;
  expect(await asked(begun)).toMatch(
    /^the analytics know of no invocation of api in the last \d+ s: that may be none/,
  );
  const refused = await olderVersions({ baseUrl: embedded.api, token: "another" }, accountId, {
    ...{ script: "api", version: fresh, fromMs: begun, toMs: Date.now() },
  });
  expect(refused).toMatch(/^whether an older version of api still runs cannot be asked: /);
});

test("an older version that somebody still reaches is named with how often, until the bake time has passed without", async () => {
  const begun = await later();
  await visit(old);
  await visit(old);
  await visit();
  await said(begun).toMatch(
    new RegExp(
      `^api ${old.slice(0, 8)}, an older version, was invoked 2 times in the last \\d+ s: they have to pass`,
    ),
  );
  await deploy([fresh, 100]);
  const since = await later();
  await visit();
  await said(since).toBeUndefined();
  expect(await asked(begun)).toContain("an older version");
});

test("invocations of a version that nothing tells may be an older one's", async () => {
  const set = { delayMs: 0, unattributed: 1 };
  await call(embedded, "PUT", `/accounts/${accountId}/embedded/telemetry`, set);
  const since = await later();
  await visit();
  await said(since).toMatch(/was invoked once in the last \d+ s in a version that the analytics do not tell/);
});
