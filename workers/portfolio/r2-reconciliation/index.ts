import type { R2ReconciliationEnv } from "../../../src/systems/portfolio.ts";
import { reconcile } from "./reconcile.ts";

/** Holds the bucket against the database: what no event told of is queued, what lost its object is reported. */
export default {
  fetch: () => new Response("r2-reconciliation runs by its cron\n", { status: 404 }),
  async scheduled(_controller, env) {
    const { objects, queued, missing } = await reconcile(env);
    console.log(`${objects} objects under ${env.PREFIX}: ${queued} queued, ${missing} documents without one`);
  },
} satisfies ExportedHandler<R2ReconciliationEnv>;
