import { ok, paged, type Service } from "../http/service.ts";

const path = "/accounts/:account/embedded/emails";

/** Messages that Workers sent. Cloudflare delivers them and has no such call: it is for tests, and for whoever looks. */
export const emails: Service = {
  name: "emails",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => paged(request, world.emails.list(request.account.id)),
    },
    {
      method: "DELETE",
      path,
      permission: "Workers:Editor",
      handle: (request, world) => {
        world.emails.clear(request.account.id);
        return ok(null);
      },
    },
  ],
};
