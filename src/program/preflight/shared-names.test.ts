import { expect, test } from "vitest";
import { accountId, settingsFor } from "../../../test/mocks.ts";
import { kv, r2, system } from "../../declare/index.ts";
import { sharedNames } from "./shared-names.ts";

const embedded = {
  kind: "embedded",
  accountId,
  accountName: "prod",
  baseUrl: "http://127.0.0.1:1/client/v4",
  token: "t",
  front: "http://<worker>.<account>.localhost:1",
} as const;
const shop = system("shop", [
  kv("cache", { physicalName: "cache" }),
  kv("own"),
  r2("files", { shared: true }),
]);

test("a name that two stages of one account would have is refused, unless it is declared shared", () => {
  const found = sharedNames(settingsFor([shop], { stageName: "staging", target: embedded }));
  expect(found.map(({ where, got }) => [where, got])).toEqual([
    ["shop/cache (kv), physicalName", "cache in staging and in prod"],
  ]);
});

test("stages with an account each may use one name, and so may a system of one stage", () => {
  expect(sharedNames(settingsFor([shop], { target: embedded }))).toEqual([]);
  const once = system("shop", [kv("cache", { physicalName: "cache" })], { stages: ["staging"] });
  expect(sharedNames(settingsFor([once], { stageName: "staging", target: embedded }))).toEqual([]);
});
