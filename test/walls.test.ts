import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.endsWith(".test-d.ts"))
    .map((name) => join(folder, name))
    .sort();

/** What a file imports when it is run: type-only imports are gone by then. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(
    /^(?:import|export)\s(?!type\s)[^"';]*?from\s*"([^"]+)"|^import\s*"([^"]+)"|\b(?:import|require)\(\s*"([^"]+)"\s*\)/gm,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Everything a file leads to, by the way that leads there. */
function reached(
  file: string,
  way: readonly string[] = [],
  seen = new Map<string, readonly string[]>(),
): Map<string, readonly string[]> {
  for (const specifier of imports(file)) {
    const target = specifier.startsWith(".")
      ? relative(root, join(root, dirname(file), specifier))
      : specifier;
    if (seen.has(target)) continue;
    seen.set(target, [...way, file]);
    if (specifier.startsWith(".") && existsSync(join(root, target)) && target.endsWith(".ts"))
      reached(target, [...way, file], seen);
  }
  return seen;
}

const breaches = (files: readonly string[], forbidden: (target: string) => boolean): string[] =>
  files.flatMap((file) =>
    [...reached(file)]
      .filter(([target]) => forbidden(target))
      .map(([target, way]) => [...way, target].join(" → ")),
  );

const isPulumi = (target: string): boolean => target.startsWith("@pulumi/");
const isEmbedded = (target: string): boolean => target.startsWith("embedded/");

test("the vocabulary and the systems written in it import no Pulumi", () => {
  const files = [...sources("src/declare"), ...sources("src/systems"), ...sources("src/stages")];
  expect(files.length).toBeGreaterThan(15);
  expect(breaches(files, isPulumi)).toEqual([]);
});

test("the core of the migrations imports no Pulumi", () => {
  const files = sources("src/migrations").filter((file) => file !== "src/dynamic/migrations.ts");
  expect(files.length).toBeGreaterThan(10);
  expect(breaches(files, isPulumi)).toEqual([]);
});

test("nothing of the program imports the embedded Cloudflare", () => {
  const files = [...sources("src"), "index.ts"];
  expect(files.length).toBeGreaterThan(100);
  expect(breaches(files, isEmbedded)).toEqual([]);
});

test("the check would see a breach", () => {
  expect(breaches(["index.ts"], isPulumi)).not.toEqual([]);
  expect(breaches(["src/program/program.ts"], isPulumi).join("\n")).toContain(
    "src/program/program.ts → src/program/deploy.ts → @pulumi/pulumi",
  );
  expect(breaches(["test/walls.test.ts", "scripts/quirks.ts"], isEmbedded)).toContain(
    "scripts/quirks.ts → embedded/quirks/all.ts",
  );
});
