import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { knownText } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";

/** An address of a worker: a custom domain, or the pattern of a route. */
interface Address {
  readonly of: SeenResource;
  readonly kind: "domain" | "route";
  readonly pattern: string;
  readonly worker: string | undefined;
}

/** Cloudflare sends a request to one worker: the route with the longest pattern, before any custom domain. */
export const addressesDoNotOverlap: StackRule = {
  id: "addresses-do-not-overlap",
  title: "No two routes or custom domains of a stack take the same requests.",
  why: "Cloudflare refuses the second of two equal routes in the middle of an update; a route over the whole of a custom domain takes everything from the domain's worker.",
  remediation: "Take one of them out, or give one a longer path.",
  severity: "high",
  levels: { protected: "mandatory", others: "mandatory" },
  checkStack: (resources) => {
    const all = resources.flatMap(addressOf);
    const hidden = resources
      .filter(({ type, props }) => typeof props[patternOf(type) ?? ""] === "symbol")
      .map((each) => about(each, cannotTell(each, "its address")));
    return [
      ...hidden,
      ...all.flatMap((address, i) => all.slice(0, i).flatMap((other) => clash(address, other))),
    ];
  },
};

const patternOf = (type: string): string | undefined =>
  type === types.route ? "pattern" : type === types.domain ? "hostname" : undefined;

function addressOf(resource: SeenResource): readonly Address[] {
  const pattern = knownText(resource.props[patternOf(resource.type) ?? ""]);
  if (pattern === undefined) return [];
  return resource.type === types.route
    ? [{ of: resource, kind: "route", pattern: plain(pattern), worker: knownText(resource.props["script"]) }]
    : [
        {
          of: resource,
          kind: "domain",
          pattern: plain(pattern),
          worker: knownText(resource.props["service"]),
        },
      ];
}

/** Without the scheme, which only narrows a route, and in small letters as hosts are. */
const plain = (pattern: string): string => {
  const [host = "", ...path] = pattern.replace(/^https?:\/\//i, "").split("/");
  return [host.toLowerCase(), ...path].join("/");
};

function clash(one: Address, two: Address): readonly StackFinding[] {
  if (one.kind === two.kind)
    return one.pattern === two.pattern
      ? [
          about(
            one.of,
            violation(
              `${one.of.name} and ${two.of.name} are the same ${one.kind === "route" ? "route" : "custom domain"}, ${one.pattern}. Take one of them out.`,
            ),
          ),
        ]
      : [];
  const [route, domain] = one.kind === "route" ? [one, two] : [two, one];
  if (route.worker !== undefined && route.worker === domain.worker) return [];
  return coversAll(route.pattern, domain.pattern)
    ? [
        about(
          domain.of,
          violation(
            `The route ${route.pattern} (${route.of.name}) takes every request of the custom domain ${domain.pattern} (${domain.of.name}): its worker is never asked. Give the route a path, or take the domain out.`,
          ),
        ),
      ]
    : [];
}

/** Whether a route's pattern takes every path of a host. */
function coversAll(pattern: string, host: string): boolean {
  const [of = "", ...path] = pattern.split("/");
  const takesPaths = path.join("/") === "*" || (path.length === 0 && of.endsWith("*"));
  if (!takesPaths) return false;
  const named = of.replace(/\*$/, (star) => (path.length === 0 ? "" : star));
  if (named === host) return true;
  return named.startsWith("*") && host.endsWith(named.slice(1));
}
