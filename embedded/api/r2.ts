import { bucketRoutes } from "./r2Buckets.ts";
import { objectRoutes } from "./r2Objects.ts";
import type { Service } from "./service.ts";

/** R2: buckets and their objects. */
export const r2: Service = { name: "r2", routes: [...bucketRoutes, ...objectRoutes] };
