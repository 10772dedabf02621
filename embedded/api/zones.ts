import type { Service } from "./service.ts";
import { domainRoutes } from "./zones/domains.ts";
import { routeRoutes } from "./zones/routes.ts";
import { scriptTriggerRoutes } from "./zones/scriptTriggers.ts";
import { zoneRoutes } from "./zones/zone.ts";

/** Zones with the routes and custom domains of Workers in them. Only kept and shown: the front door answers `*.localhost` alone. */
export const zones: Service = {
  name: "zones",
  routes: [...zoneRoutes, ...routeRoutes, ...domainRoutes, ...scriptTriggerRoutes],
};
