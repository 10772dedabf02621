import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { classesChangeAlone } from "./classes-change-alone.ts";
import { compatibilityDate } from "./compatibility-date.ts";
import { gatewaysAreLimited } from "./gateways-are-limited.ts";
import { noPreviewUrls } from "./no-preview-urls.ts";
import { noWorkersDev } from "./no-workers-dev.ts";
import { workerIsObserved } from "./worker-is-observed.ts";

const worker = (props: object): Written => ({
  type: types.worker,
  name: "shop/api",
  props: { name: "api", ...props },
});
const script = (props: object): Written => ({
  type: types.script,
  name: "api",
  props: { scriptName: "api", ...props },
});
const version = (props: object): Written => ({ type: types.version, name: "shop/api", props: { ...props } });
const gateway = (props: object): Written => ({ type: types.gateway, name: "models", props: { ...props } });
const subdomain = (props: object): Written => ({
  type: types.subdomain,
  name: "api-subdomain",
  props: { scriptName: "api", ...props },
});
const allowing = (id: string, ...allow: string[]) => ({ rules: { [id]: { settings: { allow } } } });

holds(noWorkersDev, {
  good: [
    { is: "an address that is off", has: worker({ subdomain: { enabled: false, previewsEnabled: false } }) },
    { is: "a worker that says nothing", has: worker({}) },
    {
      is: "one that may, by its logical name",
      has: worker({ subdomain: { enabled: true } }),
      options: allowing("no-workers-dev", "shop/api"),
    },
    {
      is: "one that may, by its name at Cloudflare",
      has: subdomain({ enabled: true }),
      options: allowing("no-workers-dev", "api"),
    },
  ],
  bad: [
    {
      is: "an address that is on",
      has: worker({ subdomain: { enabled: true } }),
      says: ["answers at its workers.dev address"],
    },
    {
      is: "an address of a script in one piece",
      has: subdomain({ enabled: true }),
      says: ["answers at its workers.dev address"],
    },
  ],
  unknown: [
    { is: "a switch that another resource sets", has: worker({ subdomain: { enabled: unknownValue } }) },
  ],
});

holds(noPreviewUrls, {
  good: [
    { is: "previews that are off", has: worker({ subdomain: { enabled: true, previewsEnabled: false } }) },
    {
      is: "one that may",
      has: worker({ subdomain: { previewsEnabled: true } }),
      options: allowing("no-preview-urls", "api"),
    },
  ],
  bad: [
    {
      is: "previews that are on",
      has: worker({ subdomain: { enabled: false, previewsEnabled: true } }),
      says: ["has preview addresses"],
    },
    {
      is: "previews of a script in one piece",
      has: subdomain({ enabled: false, previewsEnabled: true }),
      says: ["has preview addresses"],
    },
  ],
  unknown: [
    {
      is: "a switch that another resource sets",
      has: worker({ subdomain: { previewsEnabled: unknownValue } }),
    },
    { is: "switches that another resource sets", has: worker({ subdomain: unknownValue }) },
  ],
});

const observed = { enabled: true, headSamplingRate: 1 };
holds(workerIsObserved, {
  good: [
    { is: "a worker that records everything", has: worker({ observability: observed }) },
    { is: "a script that says no rate", has: script({ observability: { enabled: true } }) },
    {
      is: "as much as is wanted",
      has: worker({ observability: { enabled: true, headSamplingRate: 0.1 } }),
      options: { rules: { "worker-is-observed": { settings: { leastSampling: 10 } } } },
    },
  ],
  bad: [
    { is: "a worker that records nothing", has: worker({}), says: ["records neither"] },
    {
      is: "one that is switched off",
      has: script({ observability: { enabled: false } }),
      says: ["records neither"],
    },
    {
      is: "a tenth of the invocations",
      has: worker({ observability: { enabled: true, headSamplingRate: 0.1 } }),
      says: ["records 10 % of its invocations"],
    },
    {
      is: "a part of the logs",
      has: worker({ observability: { ...observed, logs: { enabled: true, headSamplingRate: 0.5 } } }),
      says: ["observability.logs.headSamplingRate"],
    },
  ],
  unknown: [
    { is: "a switch that another resource sets", has: worker({ observability: { enabled: unknownValue } }) },
  ],
});

holds(compatibilityDate, {
  good: [
    { is: "a day of this year", has: version({ compatibilityDate: "2026-06-01" }) },
    { is: "today", has: version({ compatibilityDate: "2026-11-30" }) },
    {
      is: "an old day where that is fine",
      has: version({ compatibilityDate: "2024-11-30" }),
      options: { rules: { "compatibility-date": { settings: { oldestMonths: 24 } } } },
    },
  ],
  bad: [
    {
      is: "tomorrow",
      has: version({ compatibilityDate: "2026-12-01" }),
      says: ["which is still to come; today is 2026-11-30"],
    },
    { is: "no day", has: script({ compatibilityDate: "2026-02-31" }), says: ["which is no day"] },
    {
      is: "a day of long ago",
      has: version({ compatibilityDate: "2025-11-29" }),
      says: ["more than 12 months ago"],
      outcome: "advisory",
    },
    {
      is: "a script that says none",
      has: script({}),
      says: ["says no compatibilityDate"],
      outcome: "advisory",
    },
  ],
  unknown: [{ is: "a day that another resource gives", has: version({ compatibilityDate: unknownValue }) }],
});

const changing = version({ migrations: { newTag: "v2", newSqliteClasses: ["Room"] } });
const deployment = (...versions: object[]): Written => ({
  type: types.deployment,
  name: "shop/api",
  props: { scriptName: "api", versions },
  waitsFor: [changing],
});
const old = { versionId: "old", percentage: 90 };
const newer = { versionId: unknownValue, percentage: 10 };
holds(classesChangeAlone, {
  good: [
    { is: "a change that is deployed whole", has: [changing, deployment({ ...newer, percentage: 100 })] },
    { is: "a rollout without a change of classes", has: [version({}), deployment(old, newer)] },
    {
      is: "a class whose deletion is allowed",
      has: version({ migrations: { deletedClasses: ["Room"] } }),
      options: allowing("classes-change-alone", "shop/api"),
    },
    {
      is: "a deletion where data can be made again",
      has: { ...version({ migrations: { deletedClasses: ["Room"] } }), stack: "dev" },
      options: { protectedStacks: ["prod"] },
    },
  ],
  bad: [
    {
      is: "a change in the middle of a rollout",
      has: [changing, deployment(old, newer)],
      says: ["splits the requests between versions while shop/api changes classes"],
    },
    {
      is: "a class that goes with its objects",
      has: version({ migrations: { deletedClasses: ["Room"] } }),
      says: ["deletes the class Room"],
    },
    {
      is: "one that goes in a later step",
      has: script({ migrations: { steps: [{ newClasses: ["A"] }, { deletedClasses: ["Room"] }] } }),
      says: ["deletes the class Room"],
    },
  ],
  unknown: [{ is: "migrations that another resource gives", has: version({ migrations: unknownValue }) }],
});

holds(gatewaysAreLimited, {
  good: [
    {
      is: "a limit and a cache",
      has: gateway({ rateLimitingLimit: 100, rateLimitingInterval: 60, cacheTtl: 3600 }),
    },
    {
      is: "answers that are new each time",
      has: gateway({ rateLimitingLimit: 100, rateLimitingInterval: 60, cacheTtl: 0 }),
      options: { rules: { "gateways-are-limited": { settings: { cached: "no" } } } },
    },
  ],
  bad: [
    {
      is: "no limit",
      has: gateway({ rateLimitingLimit: 0, rateLimitingInterval: 0, cacheTtl: 60 }),
      says: ["lets any number of requests through"],
    },
    {
      is: "a limit without a window",
      has: gateway({ rateLimitingLimit: 10, rateLimitingInterval: 0, cacheTtl: 60 }),
      says: ["a limit without a window"],
    },
    {
      is: "neither limit nor cache",
      has: gateway({}),
      says: ["lets any number of requests through", "caches nothing"],
    },
  ],
  unknown: [
    {
      is: "a limit that another resource gives",
      has: gateway({ rateLimitingLimit: unknownValue, rateLimitingInterval: 60, cacheTtl: 60 }),
    },
  ],
});
