import type { Service } from "../http/service.ts";
import { bucketRoutes } from "./buckets.ts";
import { domainRoutes } from "./domains.ts";
import { notificationRoutes } from "./notifications.ts";
import { objectRoutes } from "./objects.ts";
import { ruleRoutes } from "./rules.ts";

/** R2: buckets, their objects and their configuration. */
export const r2: Service = {
  name: "r2",
  routes: [...bucketRoutes, ...objectRoutes, ...ruleRoutes, ...domainRoutes, ...notificationRoutes],
};
