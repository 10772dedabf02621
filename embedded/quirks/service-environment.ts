import type { Quirk } from "./quirk.ts";

export const serviceEnvironment: Quirk = {
  name: "service-environment",
  what: 'A service binding sent without `environment` comes back with `environment: "production"`; a program that does not send it itself sees every later plan replace the version.',
  source: "https://github.com/cloudflare/terraform-provider-cloudflare/issues/7281",
  date: "2026-07-01",
  probe:
    "POST a version with {type: service, name, service}, then GET /accounts/$A/workers/workers/$W/versions/$V and look for `environment` in its binding",
};
