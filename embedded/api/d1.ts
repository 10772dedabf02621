import { databaseRoutes } from "./d1Databases.ts";
import { queryRoutes } from "./d1Query.ts";
import type { Service } from "./service.ts";

/** D1: databases, SQL over HTTP, import, export and time travel. */
export const d1: Service = { name: "d1", routes: [...databaseRoutes, ...queryRoutes] };
