import { types } from "../../seen/types.ts";
import { isProps, listAt, unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation, warning } from "../rule.ts";

const writing = new Set(["PUT", "POST", "DELETE"]);

/** Which pages may use a bucket from somebody's browser. */
export const corsIsNarrow: ResourceRule = {
  id: "cors-is-narrow",
  title: "No bucket lets pages of every origin write into it from a browser.",
  why: "With `*` any page that somebody opens can use an address that was signed for them, and change what is in the bucket.",
  remediation: "Name the origins of your own pages.",
  severity: "high",
  warns: true,
  levels: { protected: "mandatory", others: "advisory" },
  settings: { allow: { kind: "list", says: "Buckets that may, by their logical names" } },
  of: [types.r2Cors],
  check: (resource, { list }) => {
    if (list("allow").includes(resource.name)) return [];
    const rules = listAt(resource.props, "rules");
    if (rules === unknown) return [cannotTell(resource, "its CORS rules")];
    return rules.flatMap((rule): Finding[] => {
      if (!isProps(rule)) return rule === unknown ? [cannotTell(resource, "one of its CORS rules")] : [];
      const allowed = isProps(rule["allowed"]) ? rule["allowed"] : rule;
      const origins = listAt(allowed, "origins");
      const methods = listAt(allowed, "methods");
      if (origins === unknown || methods === unknown)
        return [cannotTell(resource, "origins or methods of a CORS rule")];
      if (!origins.includes("*")) return [];
      const writes = methods.filter(
        (method) => typeof method === "string" && writing.has(method.toUpperCase()),
      );
      return writes.length > 0
        ? [
            violation(
              `${resource.name} lets pages of every origin ${writes.join(", ")}. Name the origins of your own pages in place of "*".`,
            ),
          ]
        : [
            warning(
              `${resource.name} lets pages of every origin read (origins "*"). Name the origins of your own pages, unless everybody may read it.`,
            ),
          ];
    });
  },
};
