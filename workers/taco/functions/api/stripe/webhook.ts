import { Refused } from "../../../answers.ts";
import type { TacoFunction } from "../../../function.ts";
import { handled, verified } from "../../../stripe-events.ts";

/** Where Stripe tells of payments and subscriptions. */
export const onRequestPost: TacoFunction = async ({ request, env }) => {
  if (env.STRIPE_WEBHOOK_SECRET === undefined)
    throw new Refused(
      503,
      "nobody has set the secret taco-stripe-webhook of this stage, so no event can be trusted",
    );
  const event = await verified(request, env.STRIPE_WEBHOOK_SECRET);
  return Response.json({ event: event.type, outcome: await handled(env.BILLING_DB, event) });
};
