import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Clone, type CloneOptions, clone } from "../clone.ts";

/** One of each thing that an `up` makes at Cloudflare, and a gateway that it takes over. */
const projectText = `import { aiGateway, d1, defineProject, hyperdrive, kv, queue, r2, secret, system, vectorize, worker, workflow } from "./src/index.ts";

const orders = d1("orders", { migrations: "migrations/shop/orders" });
const cache = kv("cache");
const jobs = queue("jobs");
const pulled = queue("pulled", { pullConsumer: {} });
const files = r2("files", { notifications: [{ events: ["object-create"], queue: pulled }] });
const found = vectorize("found", { dimensions: 3, metric: "cosine", metadataIndexes: { author: "string" } });
const models = aiGateway("models");
const archive = aiGateway("archive", { adopt: { dev: "archive-dev" } });
const elsewhere = hyperdrive("elsewhere", {
  origin: { host: "127.0.0.1", port: 5432, database: "shop", user: "ann", password: secret("password") },
});
const signUp = workflow("sign-up", { className: "SignUp" });
const api = worker("api", {
  main: "workers/shop/api/index.ts",
  compatibilityDate: "2026-01-01",
  durableObjects: { Room: {} },
  env: { ORDERS: orders, CACHE: cache, FILES: files, JOBS: jobs, FOUND: found, MODELS: models, ARCHIVE: archive, ELSEWHERE: elsewhere, SIGN_UP: signUp },
  consumes: [{ queue: jobs }],
  crons: ["0 3 * * *"],
  domains: { dev: ["api.example.com"] },
  routes: { dev: [{ pattern: "example.com/shop/*", zoneName: "example.com" }] },
});

export default defineProject({
  systems: [system("shop", [orders, cache, jobs, pulled, files, found, models, archive, elsewhere, api])],
  stages: [{ name: "dev", zones: ["example.com"] }, { name: "staging" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
});
`;

const workerText = `import { DurableObject, WorkflowEntrypoint } from "cloudflare:workers";
export class Room extends DurableObject {}
export class SignUp extends WorkflowEntrypoint { async run() {} }
export default { fetch: () => new Response("up"), queue() {}, scheduled() {} };
`;

/** A clone of this repository with that project. Nothing of it is up. */
export const everything = (options: Pick<CloneOptions, "asked"> = {}): Promise<Clone> =>
  clone({
    ...options,
    systems: ["shop"],
    prepare(folder) {
      for (const each of [
        "migrations",
        "workers/dome",
        "workers/jobmatch",
        "workers/portfolio",
        "workers/taco",
      ])
        rmSync(join(folder, each), { recursive: true, force: true });
      mkdirSync(join(folder, "workers/shop/api"), { recursive: true });
      mkdirSync(join(folder, "migrations/shop/orders"), { recursive: true });
      writeFileSync(join(folder, "project.ts"), projectText);
      writeFileSync(join(folder, "workers/shop/api/index.ts"), workerText);
      const orders = join(folder, "migrations/shop/orders");
      writeFileSync(
        join(orders, "0001_create_orders.sql"),
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n",
      );
      writeChain(orders, readFolder(orders));
    },
  });
