import { z } from "zod";
import { askForVersion, deploy, done, withWorker } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const serviceEnvironment: Quirk = {
  name: "service-environment",
  what: 'A service binding sent without `environment` comes back with `environment: "production"`; a program that does not send it itself sees every later plan replace the version.',
  source: "https://github.com/cloudflare/terraform-provider-cloudflare/issues/7281",
  date: "2026-07-01",
  probe:
    "POST a version with {type: service, name, service}, then GET /accounts/$A/workers/workers/$W/versions/$V and look for `environment` in its binding",
  isSeen: (account) =>
    withWorker(account, async (callee) => {
      await deploy(account, callee);
      return withWorker(account, async (caller) => {
        const made = await askForVersion(account, caller, [
          { type: "service", name: "CALLEE", service: callee },
        ]);
        if (made.kind !== "done") throw new Error(`the probe cannot go on: ${made.message}`);
        const { id } = z.looseObject({ id: z.string() }).parse(made.value);
        const path = `/workers/workers/${caller}/versions/${id}`;
        const { bindings } = await done(shownVersion, account, "GET", path);
        return bindings.some(({ name, environment }) => name === "CALLEE" && environment === "production");
      });
    }),
};

const shownVersion = z.looseObject({
  bindings: z.array(z.looseObject({ name: z.string(), environment: z.string().optional() })),
});
