import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { NamingStage } from "../../physical-name.ts";
import type { System } from "../../system.ts";
import type { Route, Worker } from "../../workers/worker.ts";

const host = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Custom domains and routes that Cloudflare would refuse, of all stages; and addresses that two workers have in this one. */
export const checkAddresses = (systems: readonly System[], stage: NamingStage): Diagnostic[] => [
  ...systems.flatMap((system) =>
    workersOf(system).flatMap((worker) => {
      const where = `${system.name}/${worker.name}`;
      return [...domains(where, worker), ...routes(where, worker)];
    }),
  ),
  ...shared(systems, stage),
];

const domains = (where: string, worker: Worker): Diagnostic[] =>
  Object.entries(worker.domains).flatMap(([stageName, hosts]) =>
    hosts
      .filter((each) => !host.test(each))
      .map((each) => ({
        what: "A custom domain that is no host name",
        where: `${where}, domains.${stageName}`,
        got: JSON.stringify(each),
        expected: "a host in lower case and nothing else: no https://, no path, no *",
        fix: 'write it as "api.example.com"; for a part of a host, or many hosts, declare a route',
      })),
  );

const routes = (where: string, worker: Worker): Diagnostic[] =>
  Object.entries(worker.routes).flatMap(([stageName, list]) =>
    list.flatMap((route) => {
      const expected = wrongRoute(route);
      if (expected === undefined) return [];
      return [
        {
          what: "A route that Cloudflare does not accept",
          where: `${where}, routes.${stageName}`,
          got: JSON.stringify(route),
          expected,
          fix: 'such as { pattern: "example.com/api/*", zoneName: "example.com" }',
        },
      ];
    }),
  );

/** What a route should be instead; undefined for one that is fine. */
function wrongRoute(route: Route): string | undefined {
  const [, wildcard = "", name = "", path = ""] =
    /^(?:https?:\/\/)?(\*\.?)?([^/*?#:]*)(\/[^?#]*)?$/.exec(route.pattern) ?? [];
  if (!host.test(name) || /\*./.test(path))
    return "a host and a path, with * only before the host and at the end of the path, and without port and query";
  if ("zoneId" in route)
    return /^[0-9a-f]{32}$/.test(route.zoneId)
      ? undefined
      : "a zone's id, 32 hexadecimal digits; its name is written as zoneName";
  if (!host.test(route.zoneName)) return "a zone's name, such as example.com";
  const inside = name === route.zoneName || name.endsWith(`.${route.zoneName}`);
  if (inside) return undefined;
  return `a pattern in the zone ${route.zoneName}; ${wildcard}${name} is not`;
}

/** Cloudflare sends an address to one worker, or to one bucket. */
function shared(systems: readonly System[], { name: stageName }: NamingStage): Diagnostic[] {
  const owners = new Map<string, string[]>();
  for (const system of systems)
    for (const worker of workersOf(system)) {
      const patterns = (worker.routes[stageName] ?? []).map(({ pattern }) => pattern);
      for (const address of [...(worker.domains[stageName] ?? []), ...patterns])
        owners.set(address, [...(owners.get(address) ?? []), `${system.name}/${worker.name}`]);
    }
  for (const system of systems)
    for (const bucket of system.resources)
      if (bucket.kind === "r2")
        for (const { domain } of bucket.customDomains?.[stageName] ?? [])
          owners.set(domain, [...(owners.get(domain) ?? []), `${system.name}/${bucket.name}`]);
  return [...owners]
    .filter(([, all]) => all.length > 1)
    .map(([address, all]) => ({
      what: "An address that is declared twice",
      where: `${all.join(" and ")}, in ${stageName}`,
      got: address,
      expected: "each address once, of one worker or bucket",
      fix: "take one of them out, or give one a path of its own by a route",
    }));
}
