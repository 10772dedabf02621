import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = import.meta.dirname;
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.includes(".test"))
  .map((name) => readFileSync(join(folder, name), "utf8"));

/** What `index.ts` gives to users, functions and types alike. */
const exported = [
  ...readFileSync(join(folder, "index.ts"), "utf8").matchAll(/^export (?:type )?\{([^}]*)\}/gm),
].flatMap(([, names = ""]) =>
  names
    .split(",")
    .map((name) => name.replace(/^\s*(type )?/, "").trim())
    .filter((name) => name !== ""),
);

/** The comment right above the first declaration of a name; undefined where there is none. */
function docstring(name: string): string | undefined {
  const declaration = new RegExp(`^export (?:const|function|interface|type) ${name}\\b`, "m");
  for (const text of sources) {
    const start = declaration.exec(text)?.index;
    if (start !== undefined) return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, start))?.[0];
  }
  return undefined;
}

test("everything that declare exports says what it is, with an example", () => {
  expect(exported.length).toBeGreaterThan(25);
  expect(exported.filter((name) => !docstring(name)?.includes("@example"))).toEqual([]);
});

test("a missing example would be seen", () => {
  expect(docstring("Named")).not.toContain("@example");
  expect(docstring("NoSuchThing")).toBeUndefined();
});
