import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, clone } from "../clone.ts";
import { createDatabase, expectDb } from "./testing/db-command.ts";
import { shopSystem } from "./testing/shop.ts";

/** Databases with a past of their own, adopted by the commands that a person types. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  shopSystem(project);
});
afterAll(() => project.remove());

const { good, bad, json } = expectDb(() => project);

const raw = (name: string): string => readFileSync(join("src/migrations/testing/taco", name), "utf8");

const tables = [raw("0002_billing_schema.sql"), raw("0003_credits_schema.sql")];
const pasts: readonly (readonly [string, readonly string[]])[] = [
  ["of raw SQL", tables],
  [
    "of Alchemy",
    [
      ...tables,
      "CREATE TABLE d1_migrations (id TEXT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
      "INSERT INTO d1_migrations VALUES ('00001', 'billing.sql', '2025-01-01')",
    ],
  ],
  [
    "of drizzle",
    [
      ...tables,
      "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)",
      "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('abc', 1)",
    ],
  ],
];

for (const [past, sql] of pasts) {
  test(`a past ${past} is refused with the command that adopts it, which says what a person has to decide`, async () => {
    await anew("shop-taco-dev", sql);
    project.write(
      "migrations/taco/billing/0003_free_plan.sql",
      "UPDATE credits SET user_id = 'somebody' WHERE user_id = 'nobody';\n",
    );
    await good("lint", "shop/shop-taco");
    expect(await bad("plan", "shop/shop-taco")).toContain("just db baseline shop/shop-taco --infer");
    const proposed = await good("baseline", "shop/shop-taco", "--infer");
    expect(proposed).toContain("0003_free_plan.sql changes data only");
    expect(proposed).toContain("--through 0002_create_credits.sql");
    expect(await bad("baseline", "shop/shop-taco", "--through", "0002_create_credits.sql")).toContain(
      "--reason",
    );
    await good(
      "baseline",
      "shop/shop-taco",
      "--through",
      "0002_create_credits.sql",
      "--reason",
      "its past",
      "--yes",
    );
    expect(await json("status", "shop/shop-taco")).toMatchObject([
      {
        applied: ["0001_create_subscriptions.sql", "0002_create_credits.sql"],
        expand: ["0003_free_plan.sql"],
      },
    ]);
    const aside = await good(
      "query",
      "shop/shop-taco",
      "SELECT count(*) AS n FROM sqlite_schema WHERE name = '_mig_alchemy'",
      "--json",
    );
    expect(JSON.parse(aside)[0].results).toEqual([{ n: past === "of Alchemy" ? 1 : 0 }]);
    expect(
      await bad(
        "baseline",
        "shop/shop-taco",
        "--through",
        "0002_create_credits.sql",
        "--reason",
        "x",
        "--yes",
      ),
    ).toContain("has a ledger already");
  });
}

/** The database of this name, gone and made anew. */
async function anew(name: string, sql: readonly string[]): Promise<void> {
  const id = await idOf(name);
  if (id !== "") await project.api("dev", "DELETE", `/d1/database/${id}`);
  await createDatabase(project, name, sql);
}

async function idOf(name: string): Promise<string> {
  const found = await project.api("dev", "GET", `/d1/database?name=${name}`);
  return Array.isArray(found) && found.length > 0 ? String(found[0].uuid) : "";
}
