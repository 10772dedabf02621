import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Miniflare } from "miniflare";
import { afterEach, expect, test } from "vitest";
import { bundle } from "../build.ts";
import { pagesSite } from "./site.ts";
import { paths, project } from "./testing/project.ts";
import { builtByWrangler } from "./testing/wrangler.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const compatibilityDate = "2026-06-01";
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function write(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-pages-"));
  closing.push(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Ask = (path: string, asked: Asked) => Promise<Answer>;

/** A worker with static files in workerd; `first` is Cloudflare's setting of which paths its code is asked for before the files. */
async function served(
  script: string,
  directory: string,
  notFound: "404-page" | "single-page-application" | "none",
  first: true | readonly string[],
): Promise<Ask> {
  const rules = first === true ? ["/*"] : first;
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "index.js", contents: script }],
    compatibilityDate,
    bindings: { BOUND: "bound" },
    assets: {
      directory,
      binding: "ASSETS",
      routerConfig: {
        has_user_worker: true,
        static_routing: {
          user_worker: rules.filter((rule) => !rule.startsWith("!")),
          asset_worker: rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1)),
        },
      },
      assetConfig: { html_handling: "auto-trailing-slash", not_found_handling: notFound },
    },
  });
  closing.push(() => worker.dispose());
  const address = await worker.ready;
  return (path, init) => ask(new URL(address).port, path, init);
}

/** Not `fetch`: paths go out as they are written. */
function ask(port: string, path: string, { method, headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (more: Buffer) => {
        text += more.toString("utf8");
      });
      response.on("end", () => {
        const kept = ["content-type", "x-passed", "location"].map((name) => [name, response.headers[name]]);
        resolve({ status: response.statusCode ?? 0, text, headers: Object.fromEntries(kept) });
      });
    });
    outgoing.on("error", reject).end(body);
  });
}

async function both(files: Readonly<Record<string, string>>): Promise<{ ours: Ask; wranglers: Ask }> {
  const root = write(files);
  const { bundle: made } = await bundle({ pages: { functions: "functions", output: "public" } }, root);
  const { directory, settings } = pagesSite("public", made, root);
  const { notFoundHandling = "none", runWorkerFirst = true } = settings ?? {};
  const script = readFileSync(join(root, made.modules[0]?.contentFile ?? ""), "utf8");
  const ours = await served(script, join(root, directory), notFoundHandling, runWorkerFirst);
  const theirs = await builtByWrangler(root);
  const wranglers = await served(theirs, join(root, directory), notFoundHandling, true);
  return { ours, wranglers };
}

/** Asks both for everything; gives what ours answered, by method and path, to those who come with an authorization. */
async function expectTheSame(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Answer>> {
  const { ours, wranglers } = await both(files);
  const different: unknown[] = [];
  const answers = new Map<string, Answer>();
  for (const path of paths)
    for (const method of methods)
      for (const headers of [{}, { authorization: "me" }] as const) {
        const init = {
          method,
          headers,
          ...(path === "/through/body" && method === "POST" && { body: "a body" }),
        };
        const [our, their] = [await ours(path, init), await wranglers(path, init)];
        answers.set(`${method} ${path}`, our);
        if (JSON.stringify(our) !== JSON.stringify(their)) different.push({ method, path, our, their });
      }
  expect(different).toEqual([]);
  expect(answers.size).toBe(paths.length * methods.length);
  return answers;
}

test("a compiled folder of functions answers every path and method as wrangler's does", async () => {
  const answers = await expectTheSame(project);
  expect(JSON.parse(answers.get("POST /notes/a%20b")?.text ?? "")).toMatchObject({
    answered: "one note",
    params: { id: "a%20b" },
    data: {
      seen: [
        ["top", "/", {}],
        ["a note", "/notes/a%20b", { id: "a%20b" }],
        ["a note's post", "/notes/a%20b", { id: "a%20b" }],
      ],
    },
    bound: "bound",
  });
  expect(answers.get("GET /through/static")?.text).toBe("<h1>static below a function</h1>");
  expect(answers.get("GET /nowhere")).toMatchObject({ status: 404, headers: { "x-passed": "top" } });
  expect(answers.get("GET /guarded/throws")).toMatchObject({ status: 500, text: "caught thrown" });
});

test("with rules of its own too: what they leave out is a static file's", async () => {
  const rules = {
    version: 1,
    include: ["/notes/*", "/files*", "/chain", "/through/*"],
    exclude: ["/notes/new", "/files/by-hand/*"],
  };
  const answers = await expectTheSame({ ...project, "public/_routes.json": JSON.stringify(rules) });
  expect(JSON.parse(answers.get("GET /notes/7")?.text ?? "")).toMatchObject({ answered: "one note" });
  expect(answers.get("GET /notes/new")).toMatchObject({ status: 404, text: "<h1>nothing here</h1>" });
});

test("without a 404.html a path that nothing has is the application's page, and without a middleware at the top the functions are asked for their own paths alone", async () => {
  const {
    "public/404.html": _page,
    "functions/_middleware.js": _top,
    "functions/[[any]]/deep.ts": _any,
    // Where only some paths are functions', Pages sends a name with a plus to its encoded form first; here it is asked at once.
    "functions/odd+name(1).ts": _odd,
    ...others
  } = project;
  const answers = await expectTheSame(others);
  expect(answers.get("GET /nowhere")).toMatchObject({ status: 200, text: "<h1>static home</h1>" });
  expect(answers.get("GET /about")?.text).toContain('"answered":"about"');
  expect(answers.get("GET /About")?.text).not.toContain("answered");
});
