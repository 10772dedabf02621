import type { State } from "../../state.ts";
import { routeBody } from "./routes.ts";
import { domainBody, domainKind, everyZone, routeKind } from "./zone.ts";

/** A Worker by its account and name. */
export interface Addressed {
  readonly account: string;
  readonly script: string;
}

/**
 * The Worker that a host and path belong to: by the most specific route that matches, or else by the custom domain of that name,
 * as on Cloudflare. Undefined for an address that nobody has, and for a route that keeps Workers away.
 *
 * @param path with its query, which patterns match too
 */
export function workerAt(state: State, host: string, path: string): Addressed | undefined {
  const routes = everyZone(state)
    .filter(({ name }) => host === name || host.endsWith(`.${name}`))
    .flatMap(({ id, account }) =>
      state.list(account, routeKind(id)).map((route) => ({
        account,
        script: routeBody.parse(route.body).script,
        pattern: patternOf(route.name),
      })),
    )
    .filter(({ pattern }) => matches(pattern.host, host) && matches(pattern.path, path))
    .sort((a, b) => rank(b.pattern) - rank(a.pattern));
  const [first] = routes;
  if (first !== undefined)
    return first.script == null ? undefined : { account: first.account, script: first.script };
  const domain = state.everywhere(domainKind).find(({ name }) => name === host);
  return domain === undefined
    ? undefined
    : { account: domain.account, script: domainBody.parse(domain.body).service };
}

interface Pattern {
  readonly host: string;
  readonly path: string;
}

/** A pattern without a path means the host's root alone. */
function patternOf(text: string): Pattern {
  const bare = text.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  if (slash < 0) return { host: bare.toLowerCase(), path: "/" };
  return { host: bare.slice(0, slash).toLowerCase(), path: bare.slice(slash) };
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(text);

/** A host without a wildcard is more specific than any with one; then the longer host, then the longer path. */
const rank = ({ host, path }: Pattern): number =>
  (host.includes("*") ? 0 : 1e9) + host.length * 1e5 + path.replace("*", "").length;
