import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { publishedSources, root } from "./sources.ts";
import { command, npm, packedTarball } from "./testing/packed.ts";

const manifest = z
  .object({ exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

let tarball = "";
/** Paths in the package. */
let packed: readonly string[] = [];
/** Of a user, with a blank and a letter that is not ASCII in its path. */
let folder = "";

beforeAll(async () => {
  tarball = await packedTarball();
  folder = mkdtempSync(join(tmpdir(), "lockstep pâcked "));
  const list = await command("tar", ["-tzf", tarball], root);
  packed = list
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""))
    .sort();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the package holds each source as JavaScript with types and a map, what is copied as it is, and nothing else", () => {
  const { compiled, copied, entries } = publishedSources();
  const made = compiled.flatMap((file) => {
    const [, base = "", kind = ""] = /^(.*)\.([cm]?)[jt]s$/.exec(file) ?? [];
    return [`${base}.${kind}js`, `${base}.${kind}js.map`, `${base}.d.${kind}ts`];
  });
  const expected = [
    ...[...made, ...copied].map((file) => `dist/${file}`),
    ...entries,
    "LICENSE",
    "README.md",
    "package.json",
  ];
  expect(packed).toEqual(expected.sort());
  console.log(`${packed.length} files, ${Math.round(statSync(tarball).size / 1000)} kB packed`);
});

test("there is no TypeScript in the package but declarations, and no test", () => {
  expect(packed.filter((path) => /\.[cm]?ts$/.test(path) && !/\.d\.[cm]?ts$/.test(path))).toEqual([]);
  expect(
    packed.filter((path) =>
      /\.test(?:-d)?\.(?:d\.)?[jt]s(?:\.map)?$|\/(?:testing|fixture|contract)\//.test(path),
    ),
  ).toEqual([]);
});

test("publint has nothing to say of the package", async () => {
  const bytes = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  expect(messages).toEqual([]);
});

test("the types of each export are right wherever ES modules are resolved", async () => {
  const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  // The library is ES modules only. `require` of one needs Node 22, and TypeScript's oldest resolution does not read `exports`: both are left out by this profile.
  const args = [attw, tarball, "--profile", "esm-only", "--no-definitely-typed", "--no-color"];
  const said = await command(process.execPath, [...args, "--format", "table-flipped"], root);
  for (const path of Object.keys(manifest.exports)) expect(said).toContain(`"lockstep${path.slice(1)}"`);
});

test("installed elsewhere, every export loads, and its embedded Cloudflare deploys a worker that answers", async () => {
  writeFileSync(join(folder, "package.json"), '{ "name": "notes", "private": true, "type": "module" }\n');
  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await npm(["install", tarball, ...quick], folder);
  copyFileSync(join(import.meta.dirname, "fixture", "consumer.mjs"), join(folder, "consumer.mjs"));
  const out = await command(process.execPath, ["consumer.mjs"], folder);
  const { loaded, resources, answer, smoke } = z
    .object({
      loaded: z.record(z.string(), z.array(z.string())),
      resources: z.array(z.string()),
      answer: z.string(),
      smoke: z.string(),
    })
    .parse(JSON.parse(out.trim().split("\n").at(-1) ?? ""));
  expect(Object.keys(loaded)).toEqual(
    Object.keys(manifest.exports)
      .filter((path) => !["./package.json", "./smoke"].includes(path))
      .map((path) => `lockstep${path.slice(1)}`),
  );
  expect(loaded["lockstep/migrations"]).toContain("lintFolder");
  expect(resources).toEqual(["db", "jobs", "api"]);
  expect(JSON.parse(answer)).toEqual({ answer: 42 });
  expect(smoke).toBe("/ answered 200\n");
});

test("a user's TypeScript is checked against the package's types, down to a worker's bindings", async () => {
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"], // the embedded Cloudflare and the migrations say what they need of Node
  };
  mkdirSync(join(folder, "types"), { recursive: true });
  copyFileSync(join(import.meta.dirname, "fixture", "consumer.ts"), join(folder, "types", "consumer.ts"));
  writeFileSync(join(folder, "types", "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const said = await command(process.execPath, [tsc, "-p", join(folder, "types")], folder).catch(String);
  // Pulumi's own declarations have mistakes, which is why most projects set `skipLibCheck`; ours have none.
  const lines = said
    .split("\n")
    .filter((line) => /error TS/.test(line) && !line.startsWith("node_modules/@pulumi/"));
  expect(lines).toEqual([]);
});
