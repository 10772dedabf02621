import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Clone, clone } from "../clone.ts";

/** One of each kind that can be lost or changed by hand, and as little of it as there can be. */
const projectText = `import { d1, defineProject, kv, perStage, queue, r2, system, vectorize, worker } from "./src/index.ts";

const orders = d1("orders", { migrations: "migrations/shop/orders" });
const cache = kv("cache");
const files = r2("files");
const jobs = queue("jobs");
const found = vectorize("found", { dimensions: 3, metric: "cosine" });
const api = worker("api", {
  main: "workers/shop/api/index.ts",
  compatibilityDate: "2026-01-01",
  durableObjects: { Room: {} },
  env: { ORDERS: orders, CACHE: cache, FILES: files, JOBS: jobs, FOUND: found, WHO: perStage({ dev: "dev", staging: "staging", prod: "prod" }) },
  consumes: [{ queue: jobs }],
  crons: ["0 3 * * *"],
});

export default defineProject({
  systems: [system("shop", [orders, cache, files, jobs, found, api])],
  stages: [
    { name: "dev" },
    { name: "staging" },
    { name: "prod", suffix: "", protected: true, ownsShared: true },
  ],
});
`;

const workerText = `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  async fetch() {
    const seen = ((await this.ctx.storage.get("seen")) ?? 0) + 1;
    await this.ctx.storage.put("seen", seen);
    return new Response(String(seen));
  }
}
export default {
  fetch: () => new Response("made by up"),
  queue() {},
  scheduled() {},
};
`;

/** A clone of this repository with a project of one small system, `shop`. */
export const shopClone = (): Promise<Clone> =>
  clone({
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
      writeFileSync(
        join(folder, "migrations/shop/orders/0001_create_orders.sql"),
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n",
      );
      const orders = join(folder, "migrations/shop/orders");
      writeChain(orders, readFolder(orders));
    },
  });
