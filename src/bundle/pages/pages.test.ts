import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { UserError } from "../../diagnostic/user-error.ts";
import { bundle } from "../build.ts";
import { cachedBundle } from "../cached.ts";
import { pagesSite } from "./site.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;
const handler = "export const onRequest = () => new Response();\n";

function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function project(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-pages-"));
  roots.push(root);
  write(root, { "out/index.html": "", ...files });
  return root;
}

const pages = { functions: "fn", output: "out" };
const built = (files: Files) => bundle({ pages }, project(files));

describe("a folder of functions is refused, with file and line, when", () => {
  test.each<[string, Files, string, string]>([
    [
      "a file exports no handler and nobody imports it",
      { "fn/a.ts": handler, "fn/b.ts": "const b = 1;\n\nexport const handle = () => b;\n" },
      "A function file that exports no handler",
      "fn/b.ts:3",
    ],
    [
      "a handler is misspelt, beside one that is not",
      { "fn/a.ts": `${handler}export const onRequestget = onRequest;\n` },
      "An export that looks like a handler and is none: onRequestget",
      "fn/a.ts:2",
    ],
    [
      "two files have the same route",
      { "fn/a.ts": handler, "fn/a/index.ts": `// A remark.\n${handler}` },
      "Two functions answer the same route, and one of them would never be asked: every method of /a",
      "fn/a/index.ts:2",
    ],
    [
      "two files differ in the names of their parameters alone",
      {
        "fn/[a].ts": "export const onRequestGet = () => new Response();\n",
        "fn/[b].ts": "export const onRequestGet = () => new Response();\n",
      },
      "Two functions answer the same route, and one of them would never be asked: GET /:name",
      "fn/[b].ts:1",
    ],
    [
      "a parameter has no name that code can write",
      { "fn/[a-b].ts": handler },
      "A function file whose name is no route",
      "fn/[a-b].ts:1",
    ],
    [
      "two parameters touch",
      { "fn/[a][b].ts": handler },
      "A function file whose name is no route",
      "fn/[a][b].ts:1",
    ],
    [
      "many segments are a part of a name",
      { "fn/a[[b]].ts": handler },
      "A function file whose name is no route",
      "fn/a[[b]].ts:1",
    ],
    [
      "it does not compile",
      { "fn/a.ts": "export const onRequest = ;\n" },
      "Worker code that does not compile",
      "fn/a.ts:1",
    ],
    ["it has no function at all", { "fn/readme.md": "" }, "A folder of functions without a function", "fn"],
    [
      "a rule of its routes covers another one",
      {
        "fn/a.ts": handler,
        "out/_routes.json": '{ "version": 1,\n"include": ["/a/*",\n"/a/b"],\n"exclude": [] }',
      },
      "A rule of routes that another one covers",
      "out/_routes.json:3",
    ],
    [
      "its rules are none",
      { "fn/a.ts": handler, "out/_routes.json": "{}" },
      "A _routes.json that Pages would not take",
      "out/_routes.json",
    ],
  ])("%s", async (_when, files, what, where) => {
    const error = await built(files).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof UserError)) throw error ?? new Error("nothing was refused");
    expect(error.diagnostic).toMatchObject({ what, where });
  });
});

test("helpers that functions import, types and tests may lie beside them", async () => {
  const made = await built({
    "fn/a.ts": `import { b } from "./b";\nexport const onRequest = () => new Response(b);\n`,
    "fn/b.ts": 'export const b = "b";\n',
    "fn/a.test.ts": "export const helper = 1;\n",
    "fn/types.ts": "export interface A { readonly a: string }\n",
  });
  expect(made.inputs).toContain("fn/b.ts");
});

test("a new function is seen though no file that was read has changed", async () => {
  const root = project({ "fn/a.ts": handler });
  const before = await cachedBundle({ pages }, root);
  expect(await cachedBundle({ pages }, root)).toEqual(before);
  write(root, { "fn/b.ts": handler });
  const after = await cachedBundle({ pages }, root);
  expect(after.workerFirst).toEqual(["/a", "/a/", "/b", "/b/"]);
  expect(after.digest).not.toBe(before.digest);
});

test("a bundle names no place of this machine, and the same project has the same digest anywhere", async () => {
  const [one, two] = [project({ "fn/a.ts": handler }), project({ "fn/a.ts": handler })];
  const made = await Promise.all([one, two].map((root) => bundle({ pages }, root)));
  expect(made[0]?.bundle).toEqual(made[1]?.bundle);
  const text = readFileSync(join(one, made[0]?.bundle.modules[0]?.contentFile ?? ""), "utf8");
  expect(text).not.toContain(one);
  expect(text).not.toContain(import.meta.dirname);
});

test("a _worker.js takes the place of the functions and is served to nobody, and neither are rules", async () => {
  const root = project({
    "out/_worker.js": "export default { fetch: () => new Response('the output’s own') };\n",
    "out/_routes.json": '{ "version": 1, "include": ["/api/*"], "exclude": [] }',
  });
  const { bundle: made } = await bundle({ pages }, root);
  expect(made.workerFirst).toEqual(["/api", "/api/*"]);
  const site = pagesSite("out", made, root);
  expect(site.settings).toEqual({
    notFoundHandling: "single-page-application",
    runWorkerFirst: ["/api", "/api/*"],
  });
  expect(() => readFileSync(join(root, site.directory, "_worker.js"))).toThrow("ENOENT");
  expect(() => readFileSync(join(root, site.directory, "_routes.json"))).toThrow("ENOENT");
  expect(readFileSync(join(root, site.directory, "index.html"), "utf8")).toBe("");
});
