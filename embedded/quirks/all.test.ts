import { expect, test } from "vitest";
import { allQuirks } from "./all.ts";
import { isOn } from "./quirk.ts";

const quirks = await allQuirks();

test("every quirk has a name of its own and an address where it is told of", () => {
  expect(quirks.length).toBeGreaterThan(4);
  expect(new Set(quirks.map(({ name }) => name)).size).toBe(quirks.length);
  for (const quirk of quirks) {
    expect(quirk.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(quirk.source).toMatch(/https?:\/\//);
  }
});

test("a quirk is on unless its name is in the list of those that are off", () => {
  const [quirk] = quirks;
  if (quirk === undefined) throw new Error("there are no quirks");
  expect(isOn(quirk, undefined)).toBe(true);
  expect(isOn(quirk, `x, ${quirk.name} ,y`)).toBe(false);
  expect(isOn(quirk, `${quirk.name}-more`)).toBe(true);
});
