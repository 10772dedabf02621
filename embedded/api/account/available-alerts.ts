import { ok, paged, type Service } from "../http/service.ts";

/** A kind of notification that a policy can be made for. */
interface AvailableAlert {
  readonly type: string;
  readonly display_name: string;
  readonly description: string;
  /** What a policy of it can be narrowed by. */
  readonly filter_options: readonly FilterOption[];
}

interface FilterOption {
  readonly Key: string;
  readonly ComparisonOperator: "==" | ">=";
  /** How many values. */
  readonly Range: "0-1" | "0-n" | "1-n";
  readonly AvailableValues: null;
}

const alert = (
  type: string,
  display_name: string,
  description: string,
  ...filter_options: readonly FilterOption[]
): AvailableAlert => ({ type, display_name, description, filter_options });

const filter = (Key: string, Range: FilterOption["Range"]): FilterOption => ({
  Key,
  ComparisonOperator: "==",
  Range,
  AvailableValues: null,
});

/**
 * What an account can be told of, by product: of Cloudflare's kinds those about what is embedded, and about Cloudflare itself.
 * Nothing here sends any of them; a policy of another kind is kept all the same.
 */
const alerts: Readonly<Record<string, readonly AvailableAlert[]>> = {
  Billing: [
    alert(
      "billing_usage_alert",
      "Usage Based Billing",
      "The usage of a product goes above a limit.",
      filter("product", "1-n"),
      { ...filter("limit", "0-1"), ComparisonOperator: ">=" },
    ),
  ],
  "Cloudflare Status": [
    alert(
      "incident_alert",
      "Incident Alert",
      "An incident at Cloudflare, or its end.",
      filter("affected_components", "0-n"),
      filter("incident_impact", "0-n"),
    ),
    alert(
      "maintenance_event_notification",
      "Maintenance Notification",
      "A maintenance of a data centre is planned, changed or cancelled.",
      filter("airport_code", "0-n"),
      filter("event_type", "0-n"),
    ),
  ],
  "Origin Monitoring": [
    alert(
      "http_alert_edge_error",
      "Edge Error Rate Alert",
      "Many answers with a 5xx status at Cloudflare.",
      filter("zones", "1-n"),
      { ...filter("slo", "0-1"), ComparisonOperator: ">=" },
    ),
    alert(
      "http_alert_origin_error",
      "Origin Error Rate Alert",
      "Many answers with a 5xx status at the origin.",
      filter("zones", "1-n"),
      { ...filter("slo", "0-1"), ComparisonOperator: ">=" },
    ),
  ],
  Traffic: [
    alert(
      "traffic_anomalies_alert",
      "Traffic Anomalies Alert",
      "The traffic of a zone is unexpectedly high or low.",
      filter("zones", "1-n"),
      filter("alert_trigger_preferences", "0-n"),
    ),
  ],
};

/** How an account could be told. */
const mechanisms = {
  Email: [{ eligible: true, ready: true, type: "email" }],
  Webhooks: [{ eligible: true, ready: true, type: "webhook" }],
  PagerDuty: [{ eligible: false, ready: false, type: "pagerduty" }],
};

const base = "/accounts/:account/alerting/v3";

/** What policies can be made from. */
export const availableAlerts: Service = {
  name: "availableAlerts",
  routes: [
    {
      method: "GET",
      path: `${base}/available_alerts`,
      permission: "Notifications:Read",
      handle: () => ok(alerts),
    },
    {
      method: "GET",
      path: `${base}/destinations/eligible`,
      permission: "Notifications:Read",
      handle: () => ok(mechanisms),
    },
    {
      method: "GET",
      path: `${base}/history`,
      permission: "Notifications:Read",
      handle: (request) => paged(request, []), // nobody is ever notified from here
    },
  ],
};
