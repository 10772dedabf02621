import { bucketRoutes } from "./r2Buckets.ts";
import { domainRoutes } from "./r2Domains.ts";
import { notificationRoutes } from "./r2Notifications.ts";
import { objectRoutes } from "./r2Objects.ts";
import { ruleRoutes } from "./r2Rules.ts";
import type { Service } from "./service.ts";

/** R2: buckets, their objects and their configuration. */
export const r2: Service = {
  name: "r2",
  routes: [...bucketRoutes, ...objectRoutes, ...ruleRoutes, ...domainRoutes, ...notificationRoutes],
};
