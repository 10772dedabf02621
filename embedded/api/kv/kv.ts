import type { Service } from "../http/service.ts";
import { namespaceRoutes } from "./namespaces.ts";
import { valueRoutes } from "./values.ts";

/** Workers KV: namespaces, values, metadata and bulk operations. */
export const kv: Service = { name: "kv", routes: [...namespaceRoutes, ...valueRoutes] };
