import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { at, knownText, unknown, type Value } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** A worker's other address: without the rules, the certificates and the limits of a zone of one's own. */
export const noWorkersDev: ResourceRule = {
  id: "no-workers-dev",
  title: "No worker of a protected stage answers at its `workers.dev` address.",
  why: "What a zone has in front of a worker (Access, WAF, limits of rates) is not in front of its `workers.dev` address; a worker that only others call is open to everybody there.",
  remediation:
    "Set `subdomain.enabled` to false (`workersDev: false`) and give the worker a domain or a route; or list it in `allow`.",
  severity: "medium",
  levels: { protected: "advisory", others: "disabled" },
  settings: {
    allow: { kind: "list", says: "Workers that may, by their names at Cloudflare or their logical names" },
  },
  of: [types.worker, types.subdomain],
  check: (resource, { list }) =>
    judgeAddress(
      resource,
      list("allow"),
      "enabled",
      "its workers.dev address",
      () =>
        `${resource.name} answers at its workers.dev address, past everything that a zone has in front of it. Turn it off and give the worker a domain or a route, or allow it by name.`,
    ),
};

/** Whether one of a worker's addresses at workers.dev is on. */
export function judgeAddress(
  resource: SeenResource,
  allowed: readonly string[],
  property: "enabled" | "previewsEnabled",
  what: string,
  says: () => string,
): readonly Finding[] {
  const name = knownText(resource.props["name"]) ?? knownText(resource.props["scriptName"]);
  if (allowed.includes(resource.name) || (name !== undefined && allowed.includes(name))) return [];
  const value: Value =
    resource.type === types.worker ? at(resource.props, "subdomain", property) : resource.props[property];
  if (value === unknown) return [cannotTell(resource, `whether ${what} is on`)];
  return value === true ? [violation(says())] : [];
}
