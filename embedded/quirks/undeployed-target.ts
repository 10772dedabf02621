import type { Quirk } from "./quirk.ts";

export const undeployedTarget: Quirk = {
  name: "undeployed-target",
  what: "A service binding of a Worker that exists but was never deployed is refused like one of a Worker that does not exist (10143); a Durable Object binding likewise (10061). Believed, not verified.",
  source: "https://github.com/cloudflare/workers-sdk/issues/2968",
  date: "2023-03-31",
  probe:
    "POST /accounts/$A/workers/workers {name: probe-shell}, then upload a version of another Worker with a service binding of probe-shell: is it refused, and with which code?",
};
