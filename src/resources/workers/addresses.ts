import type * as pulumi from "@pulumi/pulumi";
import { WorkersCustomDomain, WorkersRoute } from "../cloudflare.ts";
import { type Context, logicalName, movedHere, tookOver } from "../context.ts";
import type { WorkerComponent } from "./shell.ts";

/** Custom domains and routes of a worker in its stage. */
export function addressesOf(
  { declared, shell }: WorkerComponent,
  context: Context,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { accountId, stage, zoneIds } = context;
  const zoneOf = (inIt: string): string => {
    const id = zoneIds.get(inIt);
    if (id === undefined) throw new Error(`the zone of ${inIt} was not looked up`);
    return id;
  };
  const domains = (declared.domains[stage.name] ?? []).map(
    (hostname) =>
      new WorkersCustomDomain(
        // Without the worker's name: a host that goes to another worker is the same resource, and taken from the first one before.
        logicalName(context, hostname),
        { accountId, hostname, service: shell.name, zoneId: zoneOf(hostname) },
        { ...options, deleteBeforeReplace: true },
      ),
  );
  const routes = (declared.routes[stage.name] ?? []).map((route) => {
    const { pattern } = route;
    const zoneId = "zoneId" in route ? route.zoneId : zoneOf(route.zoneName);
    const name = `${logicalName(context, declared.name)}/${pattern}`;
    const type = "cloudflare:index/workersRoute:WorkersRoute";
    const moved = { ...movedHere(context, type, name), ...tookOver(context, type, name) };
    return new WorkersRoute(name, { zoneId, pattern, script: shell.name }, { ...options, ...moved });
  });
  return [...domains, ...routes];
}
