import type { Quirk } from "./quirk.ts";

export const telemetryDelay: Quirk = {
  name: "telemetry-delay",
  what: "Analytics lag behind the requests they count: the newest seconds to minutes are missing from workersInvocationsAdaptive. The embedded one holds back the last second, so that nothing learns to rely on an instant answer.",
  source: "https://developers.cloudflare.com/analytics/graphql-api/",
  date: "2026-01-01",
  probe:
    "Send 100 requests to a Worker, then ask workersInvocationsAdaptive for the last five minutes every second until the sum is 100: how long does it take?",
};
