import { types } from "../../seen/types.ts";
import { at, isProps, unknown, type Value } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** What nobody recorded cannot be looked up afterwards. */
export const workerIsObserved: ResourceRule = {
  id: "worker-is-observed",
  title: "Every worker of a protected stage records its invocations and logs, all of them.",
  why: "The one request that failed is looked for in the logs. With sampling it is missing as often as not.",
  remediation:
    "Set `observability: { enabled: true, headSamplingRate: 1 }`; for a worker with very many requests, lower `leastSampling`.",
  severity: "medium",
  levels: { protected: "advisory", others: "disabled" },
  settings: {
    leastSampling: {
      kind: "number",
      says: "The part of the invocations that is to be recorded, in percent",
      standard: 100,
      least: 0,
      most: 100,
    },
  },
  of: [types.worker, types.script],
  check: (resource, { number }) => {
    const observability = at(resource.props, "observability");
    const enabled = at(observability, "enabled");
    const logs = at(observability, "logs", "enabled");
    if (enabled === unknown || logs === unknown) return [cannotTell(resource, "whether it is observed")];
    // Logs of their own are enough: older programs have nothing else.
    if (enabled !== true && logs !== true)
      return [
        violation(
          `${resource.name} records neither its invocations nor its logs: what failed cannot be looked up. Set observability: { enabled: true }.`,
        ),
      ];
    const rates: readonly [string, Value][] = [
      ["observability.headSamplingRate", at(observability, "headSamplingRate")],
      ["observability.logs.headSamplingRate", at(observability, "logs", "headSamplingRate")],
    ];
    return rates.flatMap(([property, rate]) =>
      typeof rate === "number" && rate * 100 < number("leastSampling")
        ? [
            violation(
              `${resource.name} records ${Math.round(rate * 1000) / 10} % of its invocations (${property}); ${number("leastSampling")} % are wanted. Set it to ${number("leastSampling") / 100}.`,
            ),
          ]
        : [],
    );
  },
  remedy: (props) => {
    const observability = props["observability"];
    const given = isProps(observability) ? observability : {};
    const logs = given["logs"];
    return {
      ...props,
      observability: {
        ...given,
        enabled: true,
        headSamplingRate: 1,
        ...(isProps(logs) && { logs: { ...logs, enabled: true, headSamplingRate: 1 } }),
      },
    };
  },
};
