import { expect, test } from "vitest";
import { d1, system, vectorize, worker } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import { defineProject } from "./project.ts";
import { withSwitchedStage } from "./switched.ts";

const orders = d1("orders");
const found = vectorize("orders", { dimensions: 3, metric: "cosine" });
const other = d1("other", { physicalName: "orders" });
const api = worker("api", { main: "api.ts", compatibilityDate: "2026-01-01", env: { ORDERS: orders } });
const project = defineProject({
  systems: [system("shop", [orders, found, other, api])],
  stages: [{ name: "dev" }, { name: "prod", suffix: "" }],
});
const entry = (name: string) => ({ name, id: "1", from: "backup b", by: "mia", at: "now", kept: [] });

test("a store that was switched has its name in that stage alone, whatever else is called as it was", () => {
  const { stages } = withSwitchedStage(project, "dev", {
    "d1 shop/orders": entry("orders-dev-b"),
    "d1 gone/orders": entry("nobody"),
  });
  expect(stages.map((stage) => [orders, found, other].map((each) => physicalName(each, stage)))).toEqual([
    ["orders-dev-b", "orders-dev", "orders"],
    ["orders", "orders", "orders"],
  ]);
});

test("the stage is as it was where nothing is switched, where what was switched went back, and where the entry is malformed", () => {
  expect(withSwitchedStage(project, "dev", undefined)).toBe(project);
  expect(withSwitchedStage(project, "dev", { "d1 shop/orders": { name: 1 } })).toBe(project);
  const { stages } = withSwitchedStage(project, "dev", { "d1 shop/orders": entry("orders-dev") });
  expect(stages.map((stage) => physicalName(orders, stage))).toEqual(["orders-dev", "orders"]);
});
