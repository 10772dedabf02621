import { types } from "../../seen/types.ts";
import { knownText, unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** The address at r2.dev is for trying things out: everybody reads everything there, past any zone. */
export const bucketsArePrivate: ResourceRule = {
  id: "buckets-are-private",
  title: "No bucket of a protected stage is open to everybody at its `r2.dev` address.",
  why: "Whoever knows or guesses an object's name reads it, without Access, WAF or a log; Cloudflare means the address for development alone and limits its rate.",
  remediation:
    "Take the managed domain out (`managedDomain: false`). Serve what is public at a custom domain, or by a worker.",
  severity: "critical",
  levels: { protected: "mandatory", others: "advisory" },
  settings: {
    allow: { kind: "list", says: "Buckets that may be, by their names at Cloudflare or their logical names" },
  },
  of: [types.r2ManagedDomain],
  check: (resource, { list }) => {
    const bucket = knownText(resource.props["bucketName"]);
    const allowed = list("allow");
    if (allowed.includes(resource.name) || (bucket !== undefined && allowed.includes(bucket))) return [];
    const enabled = resource.props["enabled"];
    if (enabled === unknown) return [cannotTell(resource, "whether its r2.dev address is on")];
    if (enabled !== true) return [];
    return [
      violation(
        `${resource.name} opens the bucket ${bucket ?? ""} to everybody at r2.dev. Turn it off; serve what is public at a custom domain.`.replace(
          / {2,}/g,
          " ",
        ),
      ),
    ];
  },
  remedy: (props) => ({ ...props, enabled: false }),
};
