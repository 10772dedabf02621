import { createRequire } from "node:module";
import { z } from "zod";

// The package carries no types; what it exports is data.
const workerd = z
  .object({ default: z.string(), compatibilityDate: z.string(), version: z.string() })
  .parse(createRequire(import.meta.url)("workerd"));

/** The workerd that Miniflare brings. */
export const workerdPath = workerd.default;

/** The latest compatibility date it knows, `YYYY-MM-DD`. */
export const newestCompatibilityDate = workerd.compatibilityDate;
