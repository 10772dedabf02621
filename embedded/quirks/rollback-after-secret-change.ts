import type { Quirk } from "./quirk.ts";

export const rollbackAfterSecretChange: Quirk = {
  name: "rollback-after-secret-change",
  what: "Deploying an older version whose secrets differ from the serving one's is refused with 10220 unless the request carries `?force=true`.",
  source:
    "https://github.com/cloudflare/workers-sdk (CANNOT_ROLLBACK_WITH_MODIFIED_SECRET_CODE in wrangler's rollback)",
  date: "2026-09-01",
  probe:
    "Deploy a version, `wrangler secret put` another value, then `wrangler rollback <first version>`: it asks about changed secrets before it forces",
};
