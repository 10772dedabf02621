import { bodyOf, countIn, nowSeconds, Refused, textIn } from "../../../answers.ts";
import { balanceOf, book } from "../../../credits.ts";
import { type TacoFunction, userIn } from "../../../function.ts";

/** What one of anything costs. */
const centsEach = 2;

const monthOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 7);

/** What was used in a month, by resource. */
export const onRequestGet: TacoFunction = async ({ request, env, data }) => {
  const month = new URL(request.url).searchParams.get("month") ?? monthOf(nowSeconds());
  const { results } = await env.BILLING_DB.prepare(
    `SELECT resource, sum(count) AS count, sum(cost_cents) AS costCents FROM usage
     WHERE user_id = ? AND month = ? GROUP BY resource ORDER BY resource`,
  )
    .bind(userIn(data).id, month)
    .all();
  return Response.json({ month, used: results });
};

/** Uses something: as many credits as are counted go, and the row of usage is there exactly when they went. */
export const onRequestPost: TacoFunction = async ({ request, env, data }) => {
  const body = await bodyOf(request);
  const [resource, count] = [textIn(body, "resource", 60), countIn(body, "count", 10_000)];
  const userId = userIn(data).id;
  const now = nowSeconds();
  const change = { userId, kind: "use", amount: count, description: `${count} ${resource}` } as const;
  const outcome = await book(env.BILLING_DB, change, (id) => [
    env.BILLING_DB.prepare(
      `INSERT INTO usage (id, user_id, resource, count, cost_cents, month, created_at)
       SELECT id, user_id, ?, ?, ?, ?, ? FROM credit_transactions WHERE id = ?`,
    ).bind(resource, count, count * centsEach, monthOf(now), now, id),
  ]);
  const { balance } = await balanceOf(env.BILLING_DB, userId);
  if (outcome !== "booked") throw new Refused(402, `${count} credits are needed, ${balance} are left`);
  return Response.json({ resource, count, balance }, { status: 201 });
};
