import type { Service } from "../http/service.ts";
import { domainRoutes } from "./domains.ts";
import { routeRoutes } from "./routes.ts";
import { scriptTriggerRoutes } from "./script-triggers.ts";
import { zoneRoutes } from "./zone.ts";

/** Zones with the routes and custom domains of Workers in them. The front door asks {@link workerAt} whose an address is. */
export const zones: Service = {
  name: "zones",
  routes: [...zoneRoutes, ...routeRoutes, ...domainRoutes, ...scriptTriggerRoutes],
};
