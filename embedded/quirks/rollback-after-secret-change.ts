import { z } from "zod";
import { allTo, ask, deploy, done, withWorker } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const rollbackAfterSecretChange: Quirk = {
  name: "rollback-after-secret-change",
  what: "Deploying an older version whose secrets differ from the serving one's is refused with 10220 unless the request carries `?force=true`.",
  source:
    "https://github.com/cloudflare/workers-sdk (CANNOT_ROLLBACK_WITH_MODIFIED_SECRET_CODE in wrangler's rollback)",
  date: "2026-09-01",
  probe:
    "Deploy a version, `wrangler secret put` another value, then `wrangler rollback <first version>`: it asks about changed secrets before it forces",
  isSeen: (account) =>
    withWorker(account, async (worker) => {
      const script = `/workers/scripts/${worker}`;
      const older = await deploy(account, worker, [{ type: "secret_text", name: "KEY", text: "before" }]);
      const secret = { type: "secret_text", name: "KEY", text: "after" };
      await done(z.unknown(), account, "PUT", `${script}/secrets`, secret);
      const plain = await ask(account, "POST", `${script}/deployments`, allTo(older));
      if (plain.kind !== "refused" || plain.code !== 10220) return false;
      const forced = await ask(account, "POST", `${script}/deployments?force=true`, allTo(older));
      return forced.kind === "done";
    }),
};
