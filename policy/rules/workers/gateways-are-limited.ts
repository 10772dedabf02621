import { types } from "../../seen/types.ts";
import { numberAt, unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** What stands between the world and a bill for models. */
export const gatewaysAreLimited: ResourceRule = {
  id: "gateways-are-limited",
  title: "An AI Gateway limits the rate of requests and caches answers.",
  why: "Without a limit a loop in somebody's script is a bill for models; without a cache the same question is paid for each time.",
  remediation: "Set `rateLimitingLimit` and `rateLimitingInterval`, and `cacheTtl` in seconds.",
  severity: "medium",
  levels: { protected: "advisory", others: "advisory" },
  settings: {
    cached: {
      kind: "choice",
      says: "Whether a cache is wanted: not where every answer has to be a new one",
      standard: "yes",
      of: ["yes", "no"],
    },
  },
  of: [types.gateway],
  check: (resource, { text }) => {
    const wanted = [
      ["rateLimitingLimit", "lets any number of requests through: there is no rateLimitingLimit"],
      ["rateLimitingInterval", "has a limit without a window: rateLimitingInterval is 0"],
      ...(text("cached") === "yes" ? [["cacheTtl", "caches nothing: cacheTtl is 0"]] : []),
    ] as const;
    const found = wanted.flatMap(([property = "", says = ""]): Finding[] => {
      const value = numberAt(resource.props, property);
      if (value === unknown) return [cannotTell(resource, property)];
      return value === undefined || value <= 0 ? [violation(`${resource.name} ${says}. Set it.`)] : [];
    });
    // One message is enough where there is no limit at all.
    return found.filter(
      ({ message }, i) =>
        i === 0 || !message.includes("without a window") || !found[0]?.message.includes("any number"),
    );
  },
};
