import { namespaceRoutes } from "./kvNamespaces.ts";
import { valueRoutes } from "./kvValues.ts";
import type { Service } from "./service.ts";

/** Workers KV: namespaces, values, metadata and bulk operations. */
export const kv: Service = { name: "kv", routes: [...namespaceRoutes, ...valueRoutes] };
