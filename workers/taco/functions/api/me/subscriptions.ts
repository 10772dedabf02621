import { type TacoFunction, userIn } from "../../../function.ts";

/** What the user has subscribed to, and had: the newest first. */
export const onRequestGet: TacoFunction = async ({ env, data }) => {
  const { results } = await env.BILLING_DB.prepare(
    `SELECT product, status, current_period_end AS currentPeriodEnd, cancel_at_period_end AS cancelsAtPeriodEnd, cancelled_at AS cancelledAt
     FROM subscriptions WHERE user_id = ? ORDER BY created_at DESC, id`,
  )
    .bind(userIn(data).id)
    .all<{ readonly cancelsAtPeriodEnd: number }>();
  return Response.json(results.map((row) => ({ ...row, cancelsAtPeriodEnd: row.cancelsAtPeriodEnd === 1 })));
};
