import { types } from "../../seen/types.ts";
import { textAt, unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** Where copies of a database are read from decides what a reader sees. */
export const replicationIsSaid: ResourceRule = {
  id: "replication-is-said",
  title: "A D1 database says whether copies of it are read.",
  why: "What is not said is left as it is at Cloudflare, also when somebody turned it on in the dashboard. With copies, code without sessions reads what was written a moment ago as not yet there.",
  remediation: 'Write `readReplication: { mode: "disabled" }`, or "auto" with sessions in the code.',
  severity: "low",
  levels: { protected: "advisory", others: "disabled" },
  of: [types.d1],
  check: (resource) => {
    const mode = textAt(resource.props, "readReplication", "mode");
    if (mode === unknown) return [cannotTell(resource, "its read replication")];
    return mode === "auto" || mode === "disabled"
      ? []
      : [
          violation(
            `${resource.name} does not say whether copies of it are read. Write readReplication: { mode: "disabled" }, or "auto".`,
          ),
        ];
  },
};
