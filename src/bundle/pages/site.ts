import { existsSync } from "node:fs";
import { join } from "node:path";
import { siteOf } from "../assets.ts";
import type { Bundle, Site } from "../bundle.ts";

/** The static files of a Pages project, answered with as Pages does: what lies in the folder decides what a missing path gets. */
export function pagesSite(output: string, { workerFirst = true }: Bundle, root: string): Site {
  const has = (name: string): boolean => existsSync(join(root, output, name));
  const notFoundHandling = has("404.html")
    ? "404-page"
    : has("index.html")
      ? "single-page-application"
      : "none";
  return { ...siteOf(output, root, isServed), settings: { notFoundHandling, runWorkerFirst: workerFirst } };
}

/** What Pages keeps to itself: code, rules, and what no build means to publish. */
const isServed = (path: string): boolean =>
  !/^(_worker\.js|_routes\.json|functions|\.wrangler)(\/|$)/.test(path) &&
  !path.split("/").some((name) => [".DS_Store", "node_modules", ".git"].includes(name));
