import { paged, type Service } from "../http/service.ts";
import { aliasesOf } from "./aliases.ts";

/** What stands here for ids of a real account. Cloudflare has no such call: it is for `lockstep aliases`. */
export const aliases: Service = {
  name: "aliases",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/embedded/aliases",
      permission: "Account Settings:Read",
      handle: (request, { state }) => paged(request, aliasesOf(state, request.account.id), 1000),
    },
  ],
};
