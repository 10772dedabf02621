import { expect, test } from "vitest";
import { reached, sources } from "./imports.ts";

const breaches = (files: readonly string[], forbidden: (target: string) => boolean): string[] =>
  files.flatMap((file) =>
    [...reached(file)]
      .filter(([target]) => forbidden(target))
      .map(([target, way]) => [...way, target].join(" → ")),
  );

const isPulumi = (target: string): boolean => target.startsWith("@pulumi/");
const isEmbedded = (target: string): boolean => target.startsWith("embedded/");

test("the vocabulary and the systems written in it import no Pulumi", () => {
  const files = [
    ...sources("src/declare"),
    ...sources("src/project"),
    ...sources("src/systems"),
    "project.ts",
    "src/index.ts",
  ];
  expect(files.length).toBeGreaterThan(15);
  expect(breaches(files, isPulumi)).toEqual([]);
});

test("the core of the migrations imports no Pulumi", () => {
  const files = sources("src/migrations").filter((file) => file !== "src/dynamic/migrations/migrations.ts");
  expect(files.length).toBeGreaterThan(10);
  expect(breaches(files, isPulumi)).toEqual([]);
});

test("nothing of the program imports the embedded Cloudflare", () => {
  const files = [...sources("src"), "index.ts", "project.ts"];
  expect(files.length).toBeGreaterThan(100);
  expect(breaches(files, isEmbedded)).toEqual([]);
});

const isThisProject = (target: string): boolean =>
  target === "project.ts" || target.startsWith("src/systems/");

test("nothing of the library imports this repository's own systems and stages", () => {
  const files = ["src", "policy", "embedded", "toolchain", "cli"]
    .flatMap(sources)
    .filter((file) => !file.startsWith("src/systems/"));
  expect(files.length).toBeGreaterThan(400);
  expect(breaches(files, isThisProject)).toEqual([]);
});

test("the check would see a breach", () => {
  expect(breaches(["index.ts"], isPulumi)).not.toEqual([]);
  expect(breaches(["src/program/program.ts"], isPulumi).join("\n")).toContain(
    "src/program/program.ts → src/program/deploy.ts → src/resources/cloudflare.ts → @pulumi/cloudflare/provider.js",
  );
  expect(breaches(["index.ts"], isThisProject).join("\n")).toContain("index.ts → project.ts");
  expect(breaches(["test/structure/walls.test.ts", "scripts/quirks.ts"], isEmbedded)).toContain(
    "scripts/quirks.ts → embedded/quirks/all.ts",
  );
});
