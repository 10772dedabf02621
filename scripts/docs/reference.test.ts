import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mistakesIn } from "./reference/check-examples.ts";
import { moduleText } from "./reference/render.ts";
import { pageWithReference, publicEntries } from "./reference.ts";

describe("the reference", () => {
  const byFile = publicEntries();
  const entries = [...byFile.values()].flat();

  test("docs/reference.md is what the docstrings say; `node scripts/docs/reference.ts` writes it", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/reference.md"), "utf8");
    expect(page).toBe(pageWithReference(byFile));
  });

  test("everything that is exported says what it is, with an example", () => {
    expect(entries.length).toBeGreaterThan(40);
    expect(entries.filter(({ doc, examples }) => doc === "" || examples.length === 0)).toEqual([]);
  });

  test("every property of an exported type says what it is, and its default where it may be left out", () => {
    const members = entries.flatMap(({ name, members }) => members.map((each) => ({ of: name, ...each })));
    expect(members.length).toBeGreaterThan(80);
    expect(members.filter(({ doc }) => doc === "")).toEqual([]);
    expect(members.filter((each) => each.optional && each.default === undefined)).toEqual([]);
  });

  test("every example compiles, and one that does not would be seen", () => {
    const examples = entries.flatMap(({ name, examples }) => examples.map((text) => ({ of: name, text })));
    const wrong = { of: "a wrong one", text: 'const wrong = r2("files", { noSuchOption: true });' };
    const [mistake = "", ...others] = mistakesIn([...examples, wrong], byFile);
    expect([mistake, ...others]).toEqual([expect.stringContaining("a wrong one: ")]);

    expect(mistake).toContain("noSuchOption");
  });

  test("an export without a place in the reference is refused", () => {
    const module = { module: "lockstep", file: "src/index.ts", sections: [] };
    expect(() => moduleText(module, entries)).toThrow("defineProject");
    const other = { ...module, sections: [{ title: "Nothing", names: ["noSuchExport"] }] };
    expect(() => moduleText(other, [])).toThrow("lockstep exports no noSuchExport");
  });
});
