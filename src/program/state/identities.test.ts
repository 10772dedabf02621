import { expect, test } from "vitest";
import { d1, kv, r2, system } from "../../declare/index.ts";
import { identities } from "./identities.ts";

const stage = { name: "staging", nameSuffix: "-staging" };

test("what cannot change of a store is its name, its place, and what it was taken over from in this stage", () => {
  const shop = system("shop", [
    d1("db", { jurisdiction: "eu", adopt: { staging: "one", prod: "two" } }),
    d1("plain", { adopt: { prod: "three" } }),
    r2("files"),
    kv("cache", { adopt: { staging: "four" } }),
    kv("other"),
  ]);
  expect(identities(shop, stage)).toEqual({
    "d1 shop/db": "db-staging eu",
    "what was adopted as d1 shop/db": "one",
    "d1 shop/plain": "plain-staging",
    "r2 shop/files": "files-staging",
    "what was adopted as kv shop/cache": "four",
  });
});
