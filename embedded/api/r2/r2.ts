import type { Service } from "../http/service.ts";
import { bucketRoutes } from "./buckets.ts";
import { bulkRoutes } from "./delete-objects.ts";
import { domainRoutes } from "./domains.ts";
import { metricRoutes } from "./metrics.ts";
import { notificationRoutes } from "./notifications.ts";
import { objectRoutes } from "./objects.ts";
import { ruleRoutes } from "./rules.ts";
import { temporaryCredentialRoutes } from "./temporary-credentials.ts";

/** R2: buckets, their objects and their configuration. */
export const r2: Service = {
  name: "r2",
  routes: [
    ...bucketRoutes,
    ...objectRoutes,
    ...bulkRoutes,
    ...ruleRoutes,
    ...domainRoutes,
    ...notificationRoutes,
    ...metricRoutes,
    ...temporaryCredentialRoutes,
  ],
};
