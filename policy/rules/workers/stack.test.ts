import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { assetsHaveVersionKey } from "./assets-have-version-key.ts";
import { workersAreAlarmed } from "./workers-are-alarmed.ts";

const of =
  (type: string, name: string) =>
  (props: object): Written => ({ type, name, props: { ...props } });
const version = of(types.version, "shop/site");
const deployment = of(types.deployment, "shop/site");
const ruleset = of(types.ruleset, "keys");
const worker = of(types.worker, "shop/site")({ name: "site" });
const alarm = of(types.notificationPolicy, "errors");

const assets = { assets: { directory: "dist" } };
const split = (...shares: readonly unknown[]) =>
  deployment({ versions: shares.map((percentage, i) => ({ versionId: String(i), percentage })) });
const setting = (rules: unknown) => ruleset({ phase: "http_request_late_transform", rules });
const key = [
  {
    action: "rewrite",
    actionParameters: {
      headers: { "Cloudflare-Workers-Version-Key": { operation: "set", expression: "ip.src" } },
    },
  },
];

holds(assetsHaveVersionKey, {
  good: [
    { is: "one version that answers everything", has: [version(assets), split(100)] },
    { is: "a rollback, in which the new version answers nothing", has: [version(assets), split(0, 100)] },
    { is: "a rollout of a worker without assets", has: [version({}), split(10, 90)] },
    { is: "a rollout with a key", has: [version(assets), split(10, 90), setting(key)] },
    {
      is: "a key by the name of a header in a list",
      has: [
        version(assets),
        split(10, 90),
        setting([{ headers: [{ name: "cloudflare-workers-version-key" }] }]),
      ],
    },
    {
      is: "rules that may set one, which are not known yet",
      has: [version(assets), split(10, 90), setting(unknownValue)],
    },
    {
      is: "a worker whose zone sets it elsewhere",
      has: [version(assets), split(10, 90)],
      options: { rules: { "assets-have-version-key": { settings: { allow: ["shop/site"] } } } },
    },
  ],
  bad: [
    {
      is: "a rollout of assets without a key",
      has: [version(assets), split(10, 90)],
      says: ["shop/site has static assets and two versions that answer"],
    },
    {
      is: "rules that set other headers",
      has: [version(assets), split(10, 90), setting([{ actionParameters: { headers: { "X-Key": {} } } }])],
      says: ["static assets"],
    },
  ],
  unknown: [
    { is: "shares that are not known", has: [version(assets), split(unknownValue, 90)] },
    { is: "assets that are not known", has: [version({ assets: unknownValue }), split(10, 90)] },
  ],
});

const told = {
  enabled: true,
  alertType: "http_alert_edge_error",
  mechanisms: { emails: [{ id: "ops@shop.dev" }] },
};

holds(workersAreAlarmed, {
  good: [
    { is: "a stack without workers", has: of(types.d1, "orders")({}) },
    { is: "an alarm of failing requests", has: [worker, alarm(told)] },
    { is: "an alarm beside one that is off", has: [worker, alarm({ ...told, enabled: false }), alarm(told)] },
    {
      is: "an alarm that is made elsewhere",
      has: [worker],
      options: { rules: { "workers-are-alarmed": { settings: { alarm: "elsewhere" } } } },
    },
  ],
  bad: [
    { is: "no alarm", has: [worker], says: ["Nobody is told when the workers of this stack fail"] },
    { is: "one that is off", has: [worker, alarm({ ...told, enabled: false })], says: ["Nobody is told"] },
    {
      is: "one that tells nobody",
      has: [worker, alarm({ ...told, mechanisms: { emails: [] } })],
      says: ["Nobody is told"],
    },
    {
      is: "one of something else",
      has: [worker, alarm({ ...told, alertType: "universal_ssl_event_type" })],
      says: ["Nobody is told"],
    },
  ],
  unknown: [
    { is: "an alert that is not known", has: [worker, alarm({ ...told, alertType: unknownValue })] },
    { is: "a switch that is not known", has: [worker, alarm({ ...told, enabled: unknownValue })] },
  ],
});
