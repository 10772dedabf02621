import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clone, clone } from "../clone.ts";

/** What a release goes through. */
export interface Plan {
  readonly steps: readonly {
    readonly percent: number;
    /** The manual gate before it. @default - nobody is asked */
    readonly approval?: string;
  }[];
  /** More than a loaded machine needs for enough requests. @default 600 */
  readonly patienceSeconds?: number;
  /** Of the latency that is measured, and its limits in milliseconds. @default - 95, and what no answer of a loaded machine takes */
  readonly timing?: { readonly percentile: number; readonly belowMs: number; readonly alarmMs: number };
  /** Whether a release that is at 100 % stays there until there is a file `go` in the folder. @default false */
  readonly stays?: boolean;
  /** Whether there is a worker with static files, of which Workers Observability is told nothing. @default false */
  readonly hasSite?: boolean;
}

const stay = `const look = () => require("node:fs").existsSync("go") || setTimeout(look, 100); look();`;

/** Two workers of two systems that are released one after the other, `api` before `web` that calls it and whose system is listed first. One measurement a second, as little waiting as there can be. */
const projectText = ({
  steps,
  patienceSeconds = 600,
  timing = { percentile: 95, belowMs: 20_000, alarmMs: 20_000 },
  stays = false,
  hasSite = false,
}: Plan): string => `import { defineProject, errorRate, latency, raw, system, worker } from "./src/index.ts";

const settings = { compatibilityDate: "2026-01-01" };
const api = worker("api", { main: "workers/shop/api.ts", ...settings });
const web = worker("web", { main: "workers/shop/web.ts", ...settings, env: { API: raw({ type: "service", service: "api-dev" }) } });
${hasSite ? 'const site = worker("site", { main: "workers/shop/site.ts", assets: "workers/shop/files", observability: { enabled: false }, ...settings });\n' : ""}
const release = {
  steps: ${JSON.stringify(steps.map((step) => ({ ...step, soakSeconds: 1 })))},
  gates: [
    errorRate({ below: 0.05, minimumRequests: 10 }),
    latency({ ...${JSON.stringify(timing)}, minimumRequests: 10, warmUpSeconds: 0 }),
  ],
  ${stays ? `hooks: [{ name: "stay", at: "afterRollout", timeoutSeconds: 600, command: ["node", "-e", ${JSON.stringify(stay)}] }],` : ""}
  intervalSeconds: 1, ingestionSeconds: 1, patienceSeconds: ${patienceSeconds},
};
export default defineProject({
  systems: [
    system("front", [web], { release }),
    system("shop", [api${hasSite ? ", site" : ""}], { release: {
      ...release,
      ${hasSite ? 'versionKey: "the visitors send it",' : ""}
    } }),
  ],
  stages: [{ name: "dev" }, { name: "staging" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
});
`;

/** What a worker does about the weather that a request brings along: `{"web 2": {"errors": 0.5}, "api 1 for web 2": {"slowMs": 300}}`. */
const weatherText = `
const weather = async (request, me, caller) => {
  const all = JSON.parse(request.headers.get("x-weather") ?? "{}");
  const { errors = 0, slowMs = 0 } = all[me + " for " + caller] ?? all[me] ?? {};
  if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
  return Number(request.headers.get("x-draw") ?? 1) < errors;
};
`;
const apiText = `const me = "api 1";
${weatherText}
export default {
  async fetch(request) {
    const fails = await weather(request, me, request.headers.get("x-caller") ?? "");
    return Response.json({ api: me }, { status: fails ? 503 : 200 });
  },
};
`;
const webText = `const me = "web 1";
${weatherText}
export default {
  async fetch(request, env) {
    const fails = await weather(request, me, "users");
    const headers = new Headers(request.headers);
    headers.set("x-caller", me);
    const answer = await env.API.fetch("http://api/", { headers });
    const { api } = await answer.json();
    return Response.json({ web: me, api }, { status: fails ? 500 : answer.status });
  },
};
`;

/** It has code, so that something is invoked that a gate can measure; its page and what the page loads are files. */
const siteText = `const me = "site 1";
export default {
  fetch: (request) => new Response(me, { status: new URL(request.url).pathname === "/who" ? 200 : 404 }),
};
`;

/** A clone of this repository with that project, whose releases go as the plan says. Nothing of it is up. */
export const gamesStage = (plan: Plan): Promise<Clone> =>
  clone({
    systems: ["front", "shop"],
    prepare(folder) {
      for (const each of ["migrations", "workers"]) rmSync(join(folder, each), { recursive: true });
      mkdirSync(join(folder, "migrations"));
      mkdirSync(join(folder, "workers/shop/files"), { recursive: true });
      writeFileSync(join(folder, "project.ts"), projectText(plan));
      writeFileSync(join(folder, "workers/shop/api.ts"), apiText);
      writeFileSync(join(folder, "workers/shop/web.ts"), webText);
      writeFileSync(join(folder, "workers/shop/site.ts"), siteText);
      editSite({ folder }, 1);
    },
  });

/** Another plan, from the next release on. */
export const setPlan = (project: Pick<Clone, "write">, next: Plan): void =>
  project.write("project.ts", projectText(next));

/** The code of the workers says this version. */
export function bump(project: Pick<Clone, "edit">, version: number, workers = ["api", "web"]): void {
  for (const each of workers)
    project.edit(`workers/shop/${each}.ts`, (text) => text.replace(/"(\w+) \d+"/, `"$1 ${version}"`));
}

/** The site's page of this version, and what it loads: under another name in each version, as bundlers do. */
export function editSite({ folder }: Pick<Clone, "folder">, version: number): void {
  const files = join(folder, "workers/shop/files");
  rmSync(files, { recursive: true });
  mkdirSync(files);
  writeFileSync(join(files, "index.html"), `<script src="/app-${version}.js"></script>`);
  writeFileSync(join(files, `app-${version}.js`), `// ${version}`);
}
