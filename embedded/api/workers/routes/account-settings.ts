import { z } from "zod";
import type { World } from "../../../world.ts";
import { type ApiRequest, ok, type Service } from "../../http/service.ts";

const kind = "workersAccountSettings";
const id = "settings";
const settings = z.object({
  default_usage_model: z.enum(["standard", "bundled", "unbound"]).default("standard"),
  green_compute: z.boolean().default(false),
});
const changes = z.object({
  default_usage_model: settings.shape.default_usage_model.unwrap().optional(),
  green_compute: z.boolean().optional(),
});

const settingsOf = ({ account }: ApiRequest, { state }: World): z.infer<typeof settings> =>
  settings.parse(state.get(account.id, kind, id)?.body ?? {});

const path = "/accounts/:account/workers/account-settings";

/** What all Workers of an account have in common. Kept and shown: nothing is billed here, and nothing runs elsewhere. */
export const accountSettings: Service = {
  name: "accountSettings",
  routes: [
    {
      method: "GET",
      path,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(settingsOf(request, world)),
    },
    {
      method: "PUT",
      path,
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(changes);
        const { state } = world;
        const next = settings.parse({ ...settingsOf(request, world), ...sent });
        if (state.get(request.account.id, kind, id) === undefined)
          state.insert(request.account.id, kind, id, id, next);
        else state.update(request.account.id, kind, id, id, next);
        return ok(next);
      },
    },
  ],
};
