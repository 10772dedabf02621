import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt } from "./attempt.ts";
import { differences, type Inventory, inventory } from "./inventory.ts";
import { account } from "./rows/account.ts";
import { commands } from "./rows/commands.ts";
import { environment } from "./rows/environment.ts";
import { migrations } from "./rows/migrations.ts";
import { settings } from "./rows/settings.ts";
import { state } from "./rows/state.ts";
import { stores } from "./rows/stores.ts";
import { workers } from "./rows/workers.ts";
import { type Shop, shopUp } from "./shop.ts";

/**
 * Changes that break or lose something, on one stage of production that is up and holds data: each is refused before anything
 * changed, and the refusal names what it is about and what to do. Everything that the account tells is byte-equal afterwards.
 */
let shop: Shop;
let known: Inventory;
beforeAll(async () => {
  shop = await shopUp();
  known = await inventory(shop.project, "prod");
});
afterAll(() => shop.remove());

const rows = { commands, environment, migrations, settings, state, stores, workers };

describe.each(Object.entries(rows))("%s", (_of, group) => {
  test.each(group.map((row) => [row.what, row] as const))("%s", async (_what, row) => {
    const { ran, changed } = await attempt(shop, row, known);
    expect(changed ?? [], ran.out).toEqual([]);
    expect(ran.code, ran.out).not.toBe(0);
    for (const said of [...row.names, row.remedy])
      if (typeof said === "string") expect(ran.out).toContain(said);
      else expect(ran.out).toMatch(said);
  });

  test("the account is as it was", async () => {
    expect(differences(known, await inventory(shop.project, "prod"))).toEqual([]);
  });
});

/** Last: what is done to an account by hand is not taken back to the byte. */
test.each(account.map((row) => [row.what, row] as const))("%s", async (_what, row) => {
  const { ran, changed } = await attempt(shop, row, known);
  expect(changed ?? [], ran.out).toEqual([]);
  expect(ran.code, ran.out).not.toBe(0);
  for (const said of [...row.names, row.remedy]) expect(ran.out).toContain(said);
});
