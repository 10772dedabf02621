import { expect, test } from "vitest";
import { typedFor } from "./recipe.ts";

const staging = { stage: "staging", real: false };
const prod = { stage: "prod", real: true };

test("on dev of the embedded target recipes are typed as they are", () => {
  const text = 'just db accept dome/silo 0002_a.sql --reason "…"';
  expect(typedFor(text, { stage: "dev", real: false })).toBe(text);
});

test.each([
  [
    'just db accept dome/silo 0002_a.sql --reason "…", if the schema is right',
    'just db accept staging dome/silo 0002_a.sql --reason "…", if the schema is right',
    'just db accept prod --target cloudflare dome/silo 0002_a.sql --reason "…", if the schema is right',
  ],
  [
    "waiting, eligible now: just db contract",
    "waiting, eligible now: just db contract staging",
    "waiting, eligible now: just db contract prod --target cloudflare",
  ],
  [
    "`just db query …` or try it (just db rehearse); then again",
    "`just db query staging …` or try it (just db rehearse staging); then again",
    "`just db query prod --target cloudflare …` or try it (just db rehearse prod --target cloudflare); then again",
  ],
])("a recipe for databases says stage and target: %s", (text, onStaging, onProd) => {
  expect(typedFor(text, staging)).toBe(onStaging);
  expect(typedFor(text, prod)).toBe(onProd);
});

test("a recipe that says its stage is told the target behind it, and one that says its target is left", () => {
  expect(typedFor("take it over: just import prod dome/silo; or rename it", prod)).toBe(
    "take it over: just import prod --target cloudflare dome/silo; or rename it",
  );
  expect(typedFor("just retire dome prod", prod)).toBe("just retire dome prod --target cloudflare");
  expect(typedFor("just db contract prod", prod)).toBe("just db contract prod --target cloudflare");
  for (const text of [
    "just db status prod --target cloudflare",
    "just db plan prod dome/silo --target cloudflare",
  ])
    expect(typedFor(text, prod)).toBe(text);
});

test("a text is told only once", () => {
  for (const place of [staging, prod]) {
    const once = typedFor("just db contract, or just import prod x", place);
    expect(typedFor(once, place)).toBe(once);
  }
});

test("recording what code runs is never sent to a real account, which records nothing", () => {
  const text = "when the code is changed already, record it again: just db corpus (corpus/dome)";
  expect(typedFor(text, prod)).toBe(text);
});

test("what works without a database, and what only resembles a recipe, is left", () => {
  for (const text of [
    "just db lint --update",
    "just db new dome/silo x",
    "just db contracts",
    "just dev",
    "just import it",
  ])
    expect(typedFor(text, prod)).toBe(text);
});
