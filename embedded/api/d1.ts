import { databaseRoutes } from "./d1Databases.ts";
import { exportRoutes } from "./d1Export.ts";
import { importRoutes } from "./d1Import.ts";
import { queryRoutes } from "./d1Query.ts";
import { timeTravelRoutes } from "./d1TimeTravel.ts";
import { transferRoutes } from "./d1Transfers.ts";
import type { Service } from "./service.ts";

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
