import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { siteOf } from "./assets.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-site-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

const uploaded = (directory: string): string[] =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, directory).length + 1))
    .sort();

test("a folder that is all for the public is uploaded from where it lies", () => {
  write({ "web/index.html": "home", "web/img/a.svg": "<svg/>" });
  expect(siteOf("web", root)).toEqual({ directory: "web", modules: [] });
  expect(existsSync(join(root, ".lockstep"))).toBe(false);
});

test("headers and redirects become modules, and neither they nor what is ignored is uploaded as a file", () => {
  write({
    "web/dist/index.html": "home",
    "web/dist/_headers": "/*\n  X-A: 1\n",
    "web/dist/_redirects": "/a /b\n",
    "web/dist/.assetsignore": "*.map\n_worker.js\n",
    "web/dist/app.js.map": "{}",
    "web/dist/_worker.js/index.js": "secret",
    "web/dist/sub/_headers": "a file like others",
  });
  const site = siteOf("web/dist", root);
  expect(site).toEqual({
    directory: ".lockstep/assets/web+dist",
    modules: [
      { name: "_headers", contentType: "text/plain", contentFile: "web/dist/_headers" },
      { name: "_redirects", contentType: "text/plain", contentFile: "web/dist/_redirects" },
    ],
  });
  expect(uploaded(site.directory)).toEqual(["index.html", "sub/_headers"]);
});

test("the copy follows its folder: changed, added, removed, and a file where a folder was", () => {
  write({ "web/.assetsignore": "x\n", "web/a/one": "1", "web/b": "2", "web/c": "3" });
  siteOf("web", root);
  rmSync(join(root, "web/a"), { recursive: true });
  rmSync(join(root, "web/b"));
  write({ "web/a": "file", "web/b/two": "folder", "web/c": "4" });
  const { directory } = siteOf("web", root);
  expect(uploaded(directory)).toEqual(["a", "b/two", "c"]);
  expect(readFileSync(join(root, directory, "c"), "utf8")).toBe("4");
});

test("a folder beside the project has a copy in it", () => {
  const project = join(root, "project");
  write({ "web/.assetsignore": "", "web/index.html": "home", "project/package.json": "{}" });
  const { directory } = siteOf("../web", project);
  expect(directory).toBe(".lockstep/assets/..+web");
  expect(existsSync(join(project, directory, "index.html"))).toBe(true);
});
