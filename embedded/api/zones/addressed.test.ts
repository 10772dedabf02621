import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { workerAt } from "./addressed.ts";

let embedded: Embedded;
const accounts = new Map<string, string>();
beforeAll(async () => {
  embedded = await startEmbedded({ accounts: ["one", "two"], log: logInternalErrors });
  for (const { id, name } of embedded.accounts) accounts.set(name, id);
  for (const account of ["one", "two"])
    for (const script of ["site", "api", "all", "own"])
      await call("POST", `/accounts/${accounts.get(account)}/workers/workers`, { name: script });
  await zone("one", {
    "example.com/*": "site",
    "example.com/api/*": "api",
    "*.example.com/*": "all",
    "https://shop.example.com/cart": "api",
    "quiet.example.com/*": undefined,
    "bare.example.com": "site",
  });
  await zone("two", { "staging.example.com/*": "site" });
  for (const hostname of ["own.example.com", "shop.example.com"])
    await call("PUT", `/accounts/${accounts.get("one")}/workers/domains`, { hostname, service: "own" });
  await call("PUT", `/accounts/${accounts.get("two")}/workers/domains`, {
    hostname: "example.org",
    service: "own",
  }).then(
    () => expect.unreachable("no zone has it"),
    (error: unknown) => expect(String(error)).toContain("10083"),
  );
});
afterAll(() => embedded.close());

async function call(method: string, path: string, body: object): Promise<{ readonly id: string }> {
  const response = await fetch(`${embedded.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return z.object({ result: z.object({ id: z.string() }) }).parse(await response.json()).result;
}

/** Both accounts have example.com, as two stages of one project do. */
async function zone(account: string, routes: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { id } = await call("POST", "/zones", {
    name: "example.com",
    account: { id: accounts.get(account) },
  });
  for (const [pattern, script] of Object.entries(routes))
    await call("POST", `/zones/${id}/workers/routes`, { pattern, ...(script !== undefined && { script }) });
}

test.each([
  ["example.com", "/", "one site"],
  ["example.com", "/api", "one site"],
  ["example.com", "/api/", "one api"],
  ["example.com", "/api/users?page=2", "one api"],
  ["other.example.com", "/api/users", "one all"],
  ["a.b.example.com", "/", "one all"],
  ["shop.example.com", "/cart", "one api"],
  ["shop.example.com", "/cart?x=1", "one all"],
  ["quiet.example.com", "/", undefined],
  ["bare.example.com", "/", "one site"],
  ["bare.example.com", "/x", "one all"],
  ["staging.example.com", "/", "two site"],
  ["example.org", "/", undefined],
  ["badexample.com", "/", undefined],
])("%s%s belongs to %s", (host, path, expected) => {
  const found = workerAt(embedded.world.state, host, path);
  const name = embedded.accounts.find(({ id }) => id === found?.account)?.name;
  expect(found && `${name} ${found.script}`).toBe(expected);
});

test("a custom domain answers where no route does", async () => {
  await call("POST", "/zones", { name: "example.net", account: { id: accounts.get("two") } });
  await call("PUT", `/accounts/${accounts.get("two")}/workers/domains`, {
    hostname: "example.net",
    service: "own",
  });
  expect(workerAt(embedded.world.state, "example.net", "/any")).toEqual({
    account: accounts.get("two"),
    script: "own",
  });
});
