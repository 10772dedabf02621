import { isWrangler } from "../../http/is-wrangler.ts";
import type { ApiRequest } from "../../http/service.ts";
import type { Origin } from "./create-version.ts";

/** Who sent the request, by its user agent, as Cloudflare tells it in `source`. */
export function originOf(request: ApiRequest, triggeredBy: string): Origin {
  const agent = request.headers.get("user-agent") ?? "";
  const source = isWrangler(agent) ? "wrangler" : /terraform|pulumi/i.test(agent) ? "terraform" : "api";
  return { source, triggeredBy };
}
