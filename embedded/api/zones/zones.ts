import type { Service } from "../http/service.ts";
import { domainRoutes } from "./domains.ts";
import { routeRoutes } from "./routes.ts";
import { scriptTriggerRoutes } from "./script-triggers.ts";
import { zoneRoutes } from "./zone.ts";

/** Zones with the routes and custom domains of Workers in them. Only kept and shown: the front door answers `*.localhost` alone. */
export const zones: Service = {
  name: "zones",
  routes: [...zoneRoutes, ...routeRoutes, ...domainRoutes, ...scriptTriggerRoutes],
};
