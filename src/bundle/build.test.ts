import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { workersOf } from "../declare/graph.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { dome } from "../systems/dome.ts";
import { bundle } from "./build.ts";
import { cachedBundle } from "./cached.ts";

const projectRoot = dirname(dirname(import.meta.dirname));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>, name = "lockstep-bundle-"): string {
  const root = mkdtempSync(join(tmpdir(), name));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const small = {
  "worker/index.ts":
    'import { greeting } from "./greeting.ts";\nimport page from "./page.html";\nexport default { fetch: () => new Response(greeting + page) };\n',
  "worker/greeting.ts": 'export const greeting: string = "hello";\n',
  "worker/page.html": "<p>hi</p>\n",
};

const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

async function refusal(work: Promise<unknown>): Promise<UserError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a bundle", () => {
  test("is one module with everything it imports, at a path that names no machine", async () => {
    const root = project(small);
    const { bundle: made, inputs } = await bundle({ main: "worker/index.ts" }, root);
    expect(made.modules).toEqual([
      {
        name: "index.js",
        contentType: "application/javascript+module",
        contentFile: `.lockstep/bundles/${made.digest}/index.js`,
      },
    ]);
    expect(read(root, made.modules[0]?.contentFile ?? "")).toContain("<p>hi</p>");
    expect(inputs).toEqual(["worker/greeting.ts", "worker/index.ts", "worker/page.html"]);
  });

  test("has the same bytes from any path", async () => {
    const [a, b] = [project(small), project(small, "lockstep another place with spaces ")];
    const [one, two] = [
      await bundle({ main: "worker/index.ts" }, a),
      await bundle({ main: "worker/index.ts" }, b),
    ];
    expect(one.bundle).toEqual(two.bundle);
    expect(read(a, one.bundle.modules[0]?.contentFile ?? "")).toBe(
      read(b, two.bundle.modules[0]?.contentFile ?? ""),
    );
    expect(read(a, one.bundle.modules[0]?.contentFile ?? "")).not.toContain(a);
  });

  test("is the same although somebody else has another tsconfig", async () => {
    const a = await bundle({ main: "worker/index.ts" }, project(small));
    const b = await bundle(
      { main: "worker/index.ts" },
      project({ ...small, "tsconfig.json": '{"compilerOptions":{"target":"es5","jsxFactory":"h"}}' }),
    );
    expect(b.bundle.digest).toBe(a.bundle.digest);
  });

  test("does not change with a comment, and does with a word", async () => {
    const plain = await bundle({ main: "worker/index.ts" }, project(small));
    const commented = await bundle(
      { main: "worker/index.ts" },
      project({ ...small, "worker/greeting.ts": `// A remark.\n${small["worker/greeting.ts"]}` }),
    );
    const other = await bundle(
      { main: "worker/index.ts" },
      project({ ...small, "worker/greeting.ts": 'export const greeting = "bye";' }),
    );
    expect(commented.bundle.digest).toBe(plain.bundle.digest);
    expect(other.bundle.digest).not.toBe(plain.bundle.digest);
  });

  test("takes WebAssembly along as a module of its own", async () => {
    const wasm = Buffer.from("0061736d01000000", "hex").toString("latin1");
    const root = project({
      "w.ts": 'import mod from "./add.wasm";\nexport default { fetch: () => new Response(String(mod)) };\n',
      "add.wasm": wasm,
    });
    const { bundle: made } = await bundle({ main: "w.ts" }, root);
    expect(made.modules.map(({ contentType }) => contentType)).toEqual([
      "application/wasm",
      "application/javascript+module",
    ]);
    expect(read(root, made.modules[1]?.contentFile ?? "")).toContain(made.modules[0]?.name);
  });

  test("takes WebAssembly once, however it is imported and by whom", async () => {
    const root = project({
      "w.ts":
        'import mod from "./lib/add.wasm?module";\nimport { again } from "./lib/index.ts";\nexport default { mod, again };\n',
      "lib/index.ts": 'import again from "./add.wasm";\nexport { again };\n',
      "lib/add.wasm": Buffer.from("0061736d01000000", "hex").toString("latin1"),
    });
    const { bundle: made, inputs } = await bundle({ main: "w.ts" }, root);
    expect(made.modules.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^add-\w+\.wasm$/),
      "index.js",
    ]);
    expect(read(root, made.modules[1]?.contentFile ?? "")).not.toContain("?module");
    expect(inputs).toContain("lib/add.wasm");
    const error = await refusal(
      bundle({ main: "w.ts" }, project({ "w.ts": 'import "./none.wasm?module";\n' })),
    );
    expect(error.diagnostic).toMatchObject({ what: "Module not found: ./none.wasm", where: "w.ts:1" });
  });

  test("holds texts and JSON in its code, and bytes beside it", async () => {
    const root = project({
      "w.ts":
        'import a from "./a.txt";\nimport b from "./b.html";\nimport c from "./c.sql";\nimport d from "./d.json";\nimport e from "./e.bin";\nexport default { a, b, c, d, e };\n',
      "a.txt": "text a",
      "b.html": "<p>b</p>",
      "c.sql": "SELECT 3",
      "d.json": '{"d":4}',
      "e.bin": "bytes",
    });
    const { bundle: made } = await bundle({ main: "w.ts" }, root);
    const types = made.modules.map(({ contentType }) => contentType);
    expect(types).toEqual(["application/octet-stream", "application/javascript+module"]);
    const code = read(root, made.modules[1]?.contentFile ?? "");
    for (const part of ["text a", "<p>b</p>", "SELECT 3", "d: 4"]) expect(code).toContain(part);
  });

  test("leaves what the runtime has to the runtime", async () => {
    const root = project({
      "w.ts":
        'import { WorkerEntrypoint } from "cloudflare:workers";\nimport { Buffer } from "node:buffer";\nexport class A extends WorkerEntrypoint { b = Buffer.from("x") }\n',
    });
    const { bundle: made } = await bundle({ main: "w.ts" }, root);
    expect(read(root, made.modules[0]?.contentFile ?? "")).toMatch(/from "cloudflare:workers"/);
  });

  test("is made of every worker of dome", async () => {
    for (const { main = "" } of workersOf(dome))
      expect((await bundle({ main: main }, projectRoot)).bundle.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("that two runs make at once is whole", async () => {
    const root = project(small);
    const made = await Promise.all([1, 2, 3, 4].map(() => bundle({ main: "worker/index.ts" }, root)));
    expect(new Set(made.map((each) => each.bundle.digest)).size).toBe(1);
    expect(existsSync(join(root, made[0]?.bundle.modules[0]?.contentFile ?? ""))).toBe(true);
  });
});

describe("a mistake in a worker", () => {
  test("that names a file which is not there is told with file, line and remedy", async () => {
    const root = project({
      "w.ts": 'export default {};\nimport { x } from "./lib/missing.ts";\nconsole.log(x);\n',
    });
    const error = await refusal(bundle({ main: "w.ts" }, root));
    expect(error.diagnostic).toMatchObject({ what: "Module not found: ./lib/missing.ts", where: "w.ts:2" });
  });

  test("that names a package which is not installed says how to install it", async () => {
    const root = project({ "w.ts": 'import hono from "hono-that-is-not-here";\nexport default hono;\n' });
    expect((await refusal(bundle({ main: "w.ts" }, root))).diagnostic.fix).toContain(
      "npm install hono-that-is-not-here",
    );
  });

  test("in its syntax is told with file and line, all of them at once", async () => {
    const root = project({
      "w.ts": 'import "./a.ts";\nimport "./b.ts";\n',
      "a.ts": "const = 1;\n",
      "b.ts": "\nlet let = ;\n",
    });
    const error = await refusal(bundle({ main: "w.ts" }, root));
    expect(new Set([error.diagnostic, ...error.others].map(({ where }) => where))).toEqual(
      new Set(["a.ts:1", "b.ts:2"]),
    );
  });
});

describe("a bundle that was made before", () => {
  const withGround = { ...small, "package-lock.json": "{}", "src/bundle/build.ts": "" };

  test("is used again while nothing of it has changed, whatever the clock says", async () => {
    const root = project(withGround);
    const made = await cachedBundle({ main: "worker/index.ts" }, root);
    const file = join(root, made.modules[0]?.contentFile ?? "");
    const before = statSync(file).mtimeMs;
    utimesSync(join(root, "worker/index.ts"), new Date(), new Date());
    expect(await cachedBundle({ main: "worker/index.ts" }, root)).toEqual(made);
    expect(statSync(file).mtimeMs).toBe(before);
  });

  test("is made anew when a file of it has changed", async () => {
    const root = project(withGround);
    const made = await cachedBundle({ main: "worker/index.ts" }, root);
    writeFileSync(join(root, "worker/greeting.ts"), 'export const greeting = "bye";\n');
    expect((await cachedBundle({ main: "worker/index.ts" }, root)).digest).not.toBe(made.digest);
  });

  test("is made anew when it is gone, or when its record is damaged", async () => {
    const root = project(withGround);
    const made = await cachedBundle({ main: "worker/index.ts" }, root);
    rmSync(join(root, ".lockstep/bundles", made.digest), { recursive: true });
    expect(await cachedBundle({ main: "worker/index.ts" }, root)).toEqual(made);
    expect(existsSync(join(root, made.modules[0]?.contentFile ?? ""))).toBe(true);
    writeFileSync(join(root, ".lockstep/bundles/made/worker+index.ts.json"), '{"inputs":');
    expect(await cachedBundle({ main: "worker/index.ts" }, root)).toEqual(made);
  });

  test("is not believed when its bytes were changed", async () => {
    const root = project(withGround);
    const made = await cachedBundle({ main: "worker/index.ts" }, root);
    const file = join(root, made.modules[0]?.contentFile ?? "");
    const bytes = readFileSync(file, "utf8");
    writeFileSync(file, "export default {};\n");
    expect(await cachedBundle({ main: "worker/index.ts" }, root)).toEqual(made);
    expect(readFileSync(file, "utf8")).toBe(bytes);
  });

  test("can be moved with its project", async () => {
    const root = project(withGround);
    const made = await cachedBundle({ main: "worker/index.ts" }, root);
    const moved = mkdtempSync(join(tmpdir(), "lockstep-moved-"));
    folders.push(moved);
    cpSync(root, moved, { recursive: true });
    expect(await cachedBundle({ main: "worker/index.ts" }, moved)).toEqual(made);
  });
});
