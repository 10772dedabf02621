import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { z } from "zod";
import { publishedSources, root } from "./sources.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const manifest = z
  .object({
    exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read("package.json")));
const { compiled, copied, entries } = publishedSources();
const published = new Set([...compiled, ...copied, ...entries]);

/**
 * Modules that a file imports, also those that only lend types: their declarations are published too. The scanner takes a method called
 * `require` for the word: what stands in front of a text decides.
 */
const imports = (file: string): readonly string[] => {
  const text = read(file);
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ pos }) =>
      /(?:\bfrom|\bimport|\bimport\s*\(|(?<![.\w])require\s*\()\s*$/.test(text.slice(0, pos)),
    )
    .map(({ fileName }) => fileName);
};

const isRelative = (specifier: string): boolean => specifier.startsWith(".");
const beside = (file: string, specifier: string): string => normalize(join(dirname(file), specifier));

const withoutComments = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/^\s*(?:\/\/|\*|\/\*\*)/.test(line))
    .join("\n");

/** What a file names by its place: modules that it starts or has loaded by path, files that it reads. */
function named(file: string): readonly string[] {
  const text = withoutComments(read(file));
  const found = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  return [
    ...found(/\bnew URL\(\s*"([^"]*\w)",\s*import\.meta\.url\s*\)/g).map((name) => beside(file, name)),
    ...found(/\bownModule\(\s*import\.meta,\s*"([^"]+)"/g).map((name) => `${beside(file, name)}.ts`),
    ...found(/\bcodeFile\(\s*"([^"]+)"/g).map((name) => `${name}.ts`),
  ];
}

/** `./dist/src/index.js` was `src/index.ts`. */
const sourceOf = (target: string): string =>
  normalize(target)
    .replace(/^dist\//, "")
    .replace(/(?:\.d)?\.([cm]?)[jt]s$/, (_, kind: string) => (kind === "" ? ".ts" : `.${kind}js`));

test("every file that is exported has a source that is published", () => {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? [] : Object.values(target),
  );
  expect(targets.length).toBeGreaterThan(8);
  expect(targets.map(sourceOf).filter((file) => !published.has(file))).toEqual([]);
});

test("types are named first in every export: TypeScript takes the first condition that fits", () => {
  for (const target of Object.values(manifest.exports))
    if (typeof target !== "string") expect(Object.keys(target)[0]).toBe("types");
});

test("what published code imports is published, or a dependency", () => {
  const wrong = compiled.flatMap((file) =>
    imports(file)
      .filter((specifier) => isRelative(specifier) && !published.has(beside(file, specifier)))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("the dependencies are the packages that published code imports, and no others", () => {
  const packages = compiled
    .flatMap(imports)
    .filter((specifier) => !isRelative(specifier) && !/^(?:node|cloudflare):/.test(specifier))
    .map((specifier) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  expect([...new Set(packages)].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
});

test("what published code starts or reads by its place is published", () => {
  const places = compiled.flatMap(named);
  expect(places).toContain("embedded/main.ts");
  expect(places).toContain("embedded/runtime/compute/cell/plugin.ts");
  expect(places).toContain("workers/lockstep/migrator.js");
  expect(places.filter((file) => !published.has(file))).toEqual([]);
});

test("nothing is published that nothing leads to", () => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file) || !published.has(file)) return;
    seen.add(file);
    if (!compiled.includes(file)) return;
    for (const next of [
      ...imports(file)
        .filter(isRelative)
        .map((name) => beside(file, name)),
      ...named(file),
    ])
      follow(next);
  };
  for (const target of Object.values(manifest.exports))
    for (const file of typeof target === "string" ? [] : Object.values(target)) follow(sourceOf(file));
  // What `entry` and `bin` load by a path that they put together.
  for (const entry of ["cli/main.ts", "policy/main.cjs", "src/dynamic/providers.ts", "src/smoke/ask.ts"])
    follow(entry);
  expect(compiled.filter((file) => !seen.has(file))).toEqual([]);
});

test("no published code names a TypeScript file of the library: in the package it is JavaScript", () => {
  const names = /["'`\s](?:\.\/)?(?:src|policy|embedded|toolchain|cli)\/[\w./-]+\.ts\b/;
  const lines = compiled.flatMap((file) =>
    withoutComments(read(file))
      .split("\n")
      .filter((line) => names.test(line) && !/\bfrom "|\bimport\(/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});

test("no file is compiled over one that is copied", () => {
  const made = new Set(compiled.map((file) => file.replace(/\.ts$/, ".js")));
  expect(copied.filter((file) => made.has(file))).toEqual([]);
});

test("code for workerd and code for Node can be told apart by their extensions", () => {
  expect(copied.filter((file) => extname(file) === ".js").length).toBeGreaterThan(5);
  for (const file of copied.filter((name) => extname(name) === ".js"))
    expect(read(file), file).not.toMatch(/from "node:/);
  expect(existsSync(join(root, "workers/lockstep/migrator.js"))).toBe(true);
});
