import type { Route, Service } from "./service.ts";

export interface Matched {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Compiles the routes once. Literal segments win over parameters, whatever the order of the table. */
export function router(services: readonly Service[]): (method: string, path: string) => Matched | undefined {
  const compiled = services.flatMap((service) => service.routes.map(compile));
  compiled.sort((a, b) => literalFirst(a.route.path).localeCompare(literalFirst(b.route.path)));
  return (method, path) => {
    for (const { route, pattern, names } of compiled) {
      if (route.method !== method) continue;
      const found = pattern.exec(path);
      if (found === null) continue;
      const params = decodeAll(names, found.slice(1));
      if (params !== undefined) return { route, params };
    }
    return undefined;
  };
}

function compile(route: Route): Compiled {
  const names: string[] = [];
  const body = route.path
    .split("/")
    .map((segment) => {
      if (!segment.startsWith(":")) return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const rest = segment.endsWith("+");
      names.push(segment.slice(1, rest ? -1 : undefined));
      return rest ? "(.+)" : "([^/]+)";
    })
    .join("/");
  return { route, pattern: new RegExp(`^${body}${reads(route) ? "/?" : ""}$`), names };
}

/**
 * Only these may end in a slash. Clients resolve `values/..` to `namespaces/<id>/` before they send it: the deletion of
 * a key named `..` must not become that of its namespace.
 */
const reads = ({ method }: Route): boolean => method === "GET" || method === "HEAD";

/** Sort key: `0` for a literal segment, `1` for a parameter, `2` for a rest parameter. */
const literalFirst = (path: string): string =>
  path
    .split("/")
    .map((s) => (s.startsWith(":") ? (s.endsWith("+") ? "2" : "1") : `0${s}`))
    .join("/");

function decodeAll(
  names: readonly string[],
  values: readonly string[],
): Readonly<Record<string, string>> | undefined {
  try {
    return Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(values[i] ?? "")]));
  } catch {
    return undefined; // a malformed escape names nothing: the caller answers "no route", as Cloudflare does
  }
}
