import { types } from "../../seen/types.ts";
import { textAt, unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** A custom domain of a bucket takes TLS 1.0 unless it is told otherwise. */
export const bucketDomainsAreEncrypted: ResourceRule = {
  id: "bucket-domains-are-encrypted",
  title: "A bucket's custom domain takes TLS 1.2 or newer.",
  why: "TLS 1.0 and 1.1 are broken, and what says nothing takes them.",
  remediation: 'Set `minTls` to "1.2".',
  severity: "medium",
  levels: { protected: "advisory", others: "advisory" },
  of: [types.r2Domain],
  check: (resource) => {
    const least = textAt(resource.props, "minTls");
    if (least === unknown) return [cannotTell(resource, "minTls")];
    if (least !== undefined && Number(least) >= 1.2) return [];
    return [violation(`${resource.name} takes TLS ${least ?? "1.0"} and newer. Set minTls to "1.2".`)];
  },
  remedy: (props) => ({ ...props, minTls: "1.2" }),
};
