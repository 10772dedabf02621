import { SqlRefused } from "../../runtime/analytics.ts";
import type { World } from "../../world.ts";
import type { ApiRequest, Reply, Service } from "../http/service.ts";

const path = "/accounts/:account/analytics_engine/sql";

/** Answers and refusals are not in the API's envelope, here as there. */
async function sql(request: ApiRequest, world: World): Promise<Reply> {
  const text =
    request.method === "GET"
      ? (request.url.searchParams.get("query") ?? "")
      : new TextDecoder().decode(await request.bytes());
  try {
    const { contentType, body } = world.analytics.query(request.account.id, text);
    return { kind: "raw", status: 200, headers: { "content-type": contentType }, body };
  } catch (error) {
    if (!(error instanceof SqlRefused)) throw error;
    return {
      kind: "raw",
      status: 422,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: `The statement is not understood by the embedded Cloudflare: ${error.message}`,
    };
  }
}

export const analyticsEngine: Service = {
  name: "analytics engine",
  routes: [
    { method: "POST", path, permission: "Account Analytics:Read", handle: sql },
    { method: "GET", path, permission: "Account Analytics:Read", handle: sql },
  ],
};
