import type { Service } from "../http/service.ts";
import { databaseRoutes } from "./databases.ts";
import { exportRoutes } from "./export.ts";
import { importRoutes } from "./import.ts";
import { queryRoutes } from "./query.ts";
import { timeTravelRoutes } from "./time-travel.ts";
import { transferRoutes } from "./transfers.ts";

/** D1: databases, SQL over HTTP, import, export and time travel. */
export const d1: Service = {
  name: "d1",
  routes: [
    ...databaseRoutes,
    ...queryRoutes,
    ...importRoutes,
    ...exportRoutes,
    ...timeTravelRoutes,
    ...transferRoutes,
  ],
};
