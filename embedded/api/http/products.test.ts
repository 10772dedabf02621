import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { services } from "../services.ts";
import { noRoute } from "./no-route.ts";
import { accountProducts } from "./products.ts";

const account = "0123456789abcdef0123456789abcdef";

/** Every path below an account that the official client asks. */
function askedPaths(): readonly string[] {
  const folder = "node_modules/cloudflare/resources";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  return files.flatMap((file) =>
    [
      ...readFileSync(join(folder, file), "utf8").matchAll(
        /`\/(?:accounts|\$\{\w+\})\/\$\{\w+\}\/([a-z][^`\n]*)`/g,
      ),
    ].map(([, rest = ""]) => `/accounts/${account}/${rest.replace(/\$\{[^}]*\}/g, "x")}`),
  );
}

test("every product that the official client knows is named where the embedded Cloudflare has no answer", () => {
  const paths = askedPaths();
  expect(paths.length).toBeGreaterThan(1_000);
  expect(paths.filter((path) => noRoute("GET", path).code === 7003)).toEqual([]);
});

test("what services answer is said to be embedded, and nothing else", () => {
  const answered = new Set(
    services.flatMap(({ routes }) =>
      routes.flatMap(({ path }) => /^\/accounts\/:account\/([a-z0-9_-]+)/.exec(path)?.[1] ?? []),
    ),
  );
  answered.delete("embedded"); // calls that Cloudflare has not
  const named = Object.entries(accountProducts).flatMap(([prefix, { embedded }]) =>
    embedded ? [prefix] : [],
  );
  expect([...answered].toSorted()).toEqual(named.toSorted());
});

test.each([
  ["pages/projects", /does not have Pages .* a Worker with static assets/],
  ["containers/applications", /does not have Containers/],
  ["pipelines/v1/pipelines", /does not have Pipelines/],
  ["mtls_certificates", /does not have mTLS certificates/],
  ["r2/buckets/files/sippy", /does not have Sippy .* S3 client/],
  ["workers/dispatch/namespaces", /does not have Workers for Platforms/],
  ["workers/nothing", /has Workers, and not this call of it \(GET \/accounts/],
])("%s is answered in one sentence", (path, sentence) => {
  expect(noRoute("GET", `/accounts/${account}/${path}`)).toMatchObject({
    status: 404,
    code: 7000,
    message: expect.stringMatching(sentence),
  });
});

test("a path that Cloudflare has not either, or an id that is none, is answered as there", () => {
  for (const path of [`/accounts/${account}/nothing`, "/accounts/x/pages/projects", "/nothing"])
    expect(noRoute("GET", path)).toMatchObject({ status: 404, code: 7003 });
});
