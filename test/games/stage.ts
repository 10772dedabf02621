import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clone, clone } from "../clone.ts";

/** Two workers that are released one after the other, `api` before `web` that calls it. One measurement a second, as little waiting as there can be. */
const projectText = (
  steps: readonly number[],
): string => `import { defineProject, errorRate, latency, service, system, worker } from "./src/index.ts";

const settings = { compatibilityDate: "2026-01-01" };
const api = worker("api", { main: "workers/shop/api.ts", ...settings });
const web = worker("web", { main: "workers/shop/web.ts", ...settings, env: { API: service(api) } });

export default defineProject({
  systems: [system("shop", [api, web], { release: {
    steps: [${steps.map((percent) => `{ percent: ${percent}, soakSeconds: 1 }`).join(", ")}],
    gates: [
      errorRate({ below: 0.05, minimumRequests: 10 }),
      latency({ percentile: 95, belowMs: 1500, minimumRequests: 10, warmUpSeconds: 0 }),
    ],
    intervalSeconds: 1, ingestionSeconds: 1, patienceSeconds: 40,
  } })],
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

/** A clone of this repository with that project, whose releases go through these percentages. Nothing of it is up. */
export const gamesStage = (steps: readonly number[]): Promise<Clone> =>
  clone({
    systems: ["shop"],
    prepare(folder) {
      for (const each of ["migrations", "workers"]) rmSync(join(folder, each), { recursive: true });
      mkdirSync(join(folder, "migrations"));
      mkdirSync(join(folder, "workers/shop"), { recursive: true });
      writeFileSync(join(folder, "project.ts"), projectText(steps));
      writeFileSync(join(folder, "workers/shop/api.ts"), apiText);
      writeFileSync(join(folder, "workers/shop/web.ts"), webText);
    },
  });
