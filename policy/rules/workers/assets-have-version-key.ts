import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { at, isProps, knownText, listAt, numberAt, unknown, type Value } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";

/** The request's header by which one visitor stays with one version. */
const header = "cloudflare-workers-version-key";

/** While two versions answer, a page of the one asks for files that only it has, and the other is asked for them. */
export const assetsHaveVersionKey: StackRule = {
  id: "assets-have-version-key",
  title: "A worker with static assets that is rolled out to a part of the requests has a version key.",
  why: "Every request is given to a version by chance. A page of the new version asks for its scripts by their new names, the old version is asked, and the visitor sees a blank page.",
  remediation:
    "Set the request header `Cloudflare-Workers-Version-Key` by a transform rule of the zone, to what stays the same for a visitor, such as a cookie or `ip.src`. Where that is done elsewhere, list the worker in `allow`.",
  severity: "high",
  levels: { protected: "advisory", others: "disabled" },
  settings: {
    allow: {
      kind: "list",
      says: "Workers whose callers send the key, or whose zone has the rule elsewhere, by their logical names",
    },
  },
  checkStack(resources, { list }) {
    const keyed = resources.some(setsKey);
    const allowed = list("allow");
    return resources
      .filter(({ type, name }) => type === types.deployment && !allowed.includes(name))
      .flatMap((deployment): StackFinding[] => {
        const version = resources.find((each) => each.type === types.version && isOf(deployment, each));
        const split = isSplit(deployment);
        if (version === undefined || split === false || keyed) return [];
        const assets = at(version.props, "assets");
        if (assets !== unknown && !isProps(assets)) return [];
        if (split === unknown || assets === unknown)
          return [
            about(
              deployment,
              cannotTell(deployment, "whether two versions share the requests of static assets"),
            ),
          ];
        return [
          about(
            deployment,
            violation(
              `${deployment.name} has static assets and two versions that answer: a page of the one asks the other for its files. Set the request header Cloudflare-Workers-Version-Key by a transform rule, or end the rollout.`,
            ),
          ),
        ];
      });
  },
};

/** A deployment waits for the version that it deploys. */
const isOf = (deployment: SeenResource, version: SeenResource): boolean =>
  deployment.dependsOn.includes(version.urn) || deployment.name === version.name;

/** Whether more than one version gets requests. */
function isSplit({ props }: SeenResource): boolean | typeof unknown {
  const versions = listAt(props, "versions");
  if (versions === unknown) return unknown;
  const shares = versions.map((each) => numberAt(each, "percentage"));
  if (shares.includes(unknown)) return unknown;
  return shares.filter((share) => typeof share === "number" && share > 0).length > 1;
}

/** Whether a set of rules gives requests the key. What is not known yet may. */
const setsKey = ({ type, props }: SeenResource): boolean =>
  type === types.ruleset && mentions(at(props, "rules"));

function mentions(value: Value): boolean {
  if (value === unknown) return true;
  if (Array.isArray(value)) return value.some(mentions);
  if (isProps(value))
    return Object.entries(value).some(([key, each]) => key.toLowerCase() === header || mentions(each));
  return (knownText(value) ?? "").toLowerCase() === header;
}
