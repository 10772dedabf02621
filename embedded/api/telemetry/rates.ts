import { z } from "zod";
import { isOn } from "../../quirks/quirk.ts";
import { telemetryDelay } from "../../quirks/telemetry-delay.ts";
import type { State } from "../../state.ts";
import { ok, type Service } from "../http/service.ts";

const rates = z.strictObject({
  /** How far metrics lag behind what they count. */
  delayMs: z.number().int().min(0).max(3_600_000).default(1_000),
  /** One of so many invocations is kept, and stands for all of them. */
  sampleInterval: z.number().int().min(1).max(1_000_000).default(1),
  /** Share of the invocations of which nothing tells the version. */
  unattributed: z.number().min(0).max(1).default(0),
});

/** How an account's metrics fall short of what happened. */
export type Rates = Readonly<z.infer<typeof rates>>;

const kind = "telemetry-rates";

/** As it was set, or a second's delay and nothing missing. Without the quirk of the delay there is none. */
export function ratesOf(state: State, account: string): Rates {
  const set = rates.parse(state.get(account, kind, kind)?.body ?? {});
  return isOn(telemetryDelay) ? set : { ...set, delayMs: 0 };
}

/** Lets metrics be as late, as sampled and as incomplete as those of a busy account. Cloudflare has no such call. */
export const telemetryRates: Service = {
  name: "telemetry-rates",
  routes: [
    {
      method: "PUT",
      path: "/accounts/:account/embedded/telemetry",
      permission: "Workers:Editor",
      handle: async (request, { state }) => {
        const set = await request.json(rates);
        const account = request.account.id;
        if (!state.update(account, kind, kind, kind, set)) state.insert(account, kind, kind, kind, set);
        return ok(set);
      },
    },
  ],
};
