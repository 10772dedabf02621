import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { Route, Service } from "../../embedded/api/http/service.ts";
import { services } from "../../embedded/api/services.ts";
import { rules as policies } from "../../policy/rules/all.ts";
import { rules } from "../../src/migrations/lint/rules/all.ts";

const root = dirname(dirname(import.meta.dirname));

interface Exported {
  /** `folder/file.ts name`. */
  readonly where: string;
  readonly value: unknown;
}

/** Every value that the files below a folder export. */
async function exportsOf(folder: string): Promise<readonly Exported[]> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(name),
  );
  const all: Exported[] = [];
  for (const file of files) {
    const path = join(root, folder, file);
    const names: Record<string, unknown> = await import(pathToFileURL(path).href);
    for (const [name, value] of Object.entries(names))
      all.push({ where: `${relative(root, path)} ${name}`, value });
  }
  return all;
}

const has = (value: unknown, ...keys: readonly string[]): value is object =>
  typeof value === "object" && value !== null && keys.every((key) => key in value);

const unregistered = (
  all: readonly Exported[],
  isOne: (value: unknown) => boolean,
  registered: readonly unknown[],
): readonly string[] =>
  all.filter(({ value }) => isOne(value) && !registered.includes(value)).map(({ where }) => where);

const isRule = (value: unknown): boolean => has(value, "code", "check");
const isPolicy = (value: unknown): boolean => has(value, "id", "remediation", "levels");
const isService = (value: unknown): value is Service => has(value, "name", "routes");
const isRoute = (value: unknown): value is Route => has(value, "method", "path", "handle");

test("every rule in src/migrations/lint/rules is one that the linter runs", async () => {
  const all = await exportsOf("src/migrations/lint/rules");
  expect(all.filter(({ value }) => isRule(value))).toHaveLength(rules.length);
  expect(unregistered(all, isRule, rules)).toEqual([]);
});

test("every rule in policy/rules is in the policy pack", async () => {
  const all = await exportsOf("policy/rules");
  expect(all.filter(({ value }) => isPolicy(value))).toHaveLength(policies.length);
  expect(unregistered(all, isPolicy, policies)).toEqual([]);
});

test("every service and every route in embedded/api is served", async () => {
  const all = await exportsOf("embedded/api");
  expect(all.filter(({ value }) => isService(value)).length).toBeGreaterThanOrEqual(services.length);
  expect(unregistered(all, isService, services)).toEqual([]);
  const served = services.flatMap(({ routes }) => routes);
  const routes = all.flatMap(({ where, value }) =>
    (Array.isArray(value) ? value : [value])
      .filter(isRoute)
      .map((route: Route) => ({ where: `${where} ${route.method} ${route.path}`, value: route })),
  );
  expect(routes.length).toBeGreaterThan(40);
  expect(unregistered(routes, isRoute, served)).toEqual([]);
});

test("one that is in no list is named", async () => {
  const all = await exportsOf("src/migrations/lint/rules");
  expect(unregistered(all, isRule, rules.slice(1))).toEqual(["src/migrations/lint/rules/refused.ts refused"]);
});
