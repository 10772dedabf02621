import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { at, isProps, listAt, textAt, unknown } from "../../seen/values.ts";
import { about, type StackRule, violation } from "../rule.ts";

/** Alerts of Cloudflare that tell of requests that fail or do not come, as its provider 6.17 lists them. */
const telling: ReadonlySet<string> = new Set([
  "advanced_http_alert_error",
  "custom_analytics",
  "health_check_status_notification",
  "http_alert_edge_error",
  "http_alert_origin_error",
  "real_origin_monitoring",
  "synthetic_test_low_availability_alert",
  "traffic_anomalies_alert",
]);

/** Somebody is told when a worker fails, before a customer tells them. */
export const workersAreAlarmed: StackRule = {
  id: "workers-are-alarmed",
  title: "A protected stage with workers has at least one alarm that tells somebody when requests fail.",
  why: "Without one the first to notice is a customer, hours later; logs answer only whoever asks.",
  remediation:
    'Add a NotificationPolicy with `enabled: true`, a mechanism, and an alert of failing requests, such as `alertType: "http_alert_edge_error"`. Where the alarm is made elsewhere, say so: `alarm: "elsewhere"`.',
  severity: "medium",
  levels: { protected: "advisory", others: "disabled" },
  settings: {
    alarm: {
      kind: "choice",
      says: "Where the alarm is made: in this stack, or in another one, the dashboard or a service outside of Cloudflare",
      standard: "here",
      of: ["here", "elsewhere"],
    },
  },
  checkStack(resources, { protected: isProtected, text }) {
    const worker = resources.find(({ type }) => type === types.worker || type === types.script);
    if (worker === undefined || !isProtected || text("alarm") === "elsewhere") return [];
    const alarms = resources.filter(({ type }) => type === types.notificationPolicy).map(isAlarm);
    if (alarms.includes(true)) return [];
    if (alarms.includes(unknown))
      return [
        about(worker, {
          kind: "cannotTell",
          message:
            "What the notification policies of this stack tell of is not known before the update, so whether one is an alarm cannot be told yet.",
        }),
      ];
    return [
      about(
        worker,
        violation(
          "Nobody is told when the workers of this stack fail: there is no enabled NotificationPolicy with a mechanism and an alert of failing requests. Add one, or say that the alarm is elsewhere.",
        ),
      ),
    ];
  },
};

function isAlarm({ props }: SeenResource): boolean | typeof unknown {
  const [enabled, alert, mechanisms] = [
    at(props, "enabled"),
    textAt(props, "alertType"),
    at(props, "mechanisms"),
  ];
  if (enabled === false || (typeof alert === "string" && !telling.has(alert))) return false;
  if (enabled === unknown || alert === unknown || mechanisms === unknown) return unknown;
  return (
    isProps(mechanisms) &&
    Object.keys(mechanisms).some((name) => {
      const list = listAt(mechanisms, name);
      return list === unknown || list.length > 0;
    })
  );
}
