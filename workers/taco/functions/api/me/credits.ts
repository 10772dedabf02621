import { balanceOf } from "../../../credits.ts";
import { type TacoFunction, userIn } from "../../../function.ts";

/** The balance, and the last hundred changes of it. */
export const onRequestGet: TacoFunction = async ({ env, data }) => {
  const userId = userIn(data).id;
  const { results } = await env.BILLING_DB.prepare(
    `SELECT type, amount, balance_after AS balanceAfter, description, created_at AS createdAt
     FROM credit_transactions WHERE user_id = ? ORDER BY rowid DESC LIMIT 100`,
  )
    .bind(userId)
    .all();
  return Response.json({ ...(await balanceOf(env.BILLING_DB, userId)), transactions: results });
};
