import { nowSeconds, Refused } from "./answers.ts";
import { isSignedBy } from "./bytes.ts";
import { book } from "./credits.ts";

/** How old a signed event may be: what somebody recorded cannot be played again later. */
const toleranceSeconds = 5 * 60;

/** An event of Stripe, as far as it is read here. */
interface StripeEvent {
  readonly type: string;
  /** Unix seconds. */
  readonly created: number;
  readonly object: Readonly<Record<string, unknown>>;
}

/** The event of a request that Stripe signed; everything else is refused. */
export async function verified(request: Request, secret: string): Promise<StripeEvent> {
  const header = request.headers.get("stripe-signature") ?? "";
  const text = await request.text();
  const parts = header.split(",").map((part) => part.split("=", 2));
  const time = parts.find(([name]) => name === "t")?.[1] ?? "";
  const signatures = parts.flatMap(([name, value = ""]) => (name === "v1" ? [value] : []));
  const isSigned = await Promise.all(signatures.map((each) => isSignedBy(secret, `${time}.${text}`, each)));
  if (!isSigned.includes(true)) throw new Refused(400, "the signature of this event is not Stripe's");
  if (Math.abs(nowSeconds() - Number(time)) > toleranceSeconds)
    throw new Refused(400, `this event was signed more than ${toleranceSeconds} seconds ago`);
  const event = record(JSON.parse(text));
  const { type, created } = event;
  if (typeof type !== "string" || typeof created !== "number")
    throw new Refused(400, "this is no event of Stripe");
  return { type, created, object: record(record(event["data"])["object"]) };
}

/** Books what the event says. Events may come twice and in any order: a payment counts once, and older news never replaces newer. */
export async function handled(db: D1Database, { type, created, object }: StripeEvent): Promise<string> {
  switch (type) {
    case "checkout.session.completed":
      return purchased(db, object);
    case "customer.subscription.created":
    case "customer.subscription.updated":
    case "customer.subscription.deleted":
      return subscribed(db, object, created);
    default:
      return "ignored";
  }
}

async function purchased(db: D1Database, session: Readonly<Record<string, unknown>>): Promise<string> {
  const credits = Number(record(session["metadata"])["credits"]);
  const { client_reference_id: userId, payment_intent: paymentId, payment_status: status } = session;
  if (status !== "paid" || !Number.isSafeInteger(credits) || credits < 1) return "ignored";
  if (typeof userId !== "string" || typeof paymentId !== "string")
    throw new Refused(400, "a paid session needs client_reference_id and payment_intent");
  return book(db, {
    userId,
    kind: "purchase",
    amount: credits,
    description: `${credits} credits`,
    paymentId,
  });
}

async function subscribed(
  db: D1Database,
  subscription: Readonly<Record<string, unknown>>,
  created: number,
): Promise<string> {
  const { id, customer, status, cancel_at_period_end: ends, canceled_at: cancelled } = subscription;
  const metadata = record(subscription["metadata"]);
  const item = record(list(record(subscription["items"])["data"])[0]);
  const { user_id: userId, product } = metadata;
  if (typeof id !== "string" || typeof status !== "string" || typeof userId !== "string")
    throw new Refused(400, "a subscription needs an id, a status and metadata.user_id");
  const { meta } = await db
    .prepare(
      `INSERT INTO subscriptions (id, user_id, product, status, stripe_customer_id, stripe_subscription_id, stripe_price_id,
         current_period_start, current_period_end, cancel_at_period_end, created_at, updated_at, cancelled_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (stripe_subscription_id) DO UPDATE SET product = excluded.product, status = excluded.status,
         stripe_price_id = excluded.stripe_price_id, current_period_start = excluded.current_period_start,
         current_period_end = excluded.current_period_end, cancel_at_period_end = excluded.cancel_at_period_end,
         updated_at = excluded.updated_at, cancelled_at = excluded.cancelled_at
       WHERE excluded.updated_at >= subscriptions.updated_at`,
    )
    .bind(
      crypto.randomUUID(),
      userId,
      typeof product === "string" ? product : "plus",
      status,
      text(customer),
      id,
      text(record(item["price"])["id"]),
      number(item["current_period_start"] ?? subscription["current_period_start"]),
      number(item["current_period_end"] ?? subscription["current_period_end"]),
      ends === true ? 1 : 0,
      created,
      created,
      number(cancelled),
    )
    .run();
  return meta.changes === 0 ? "older than what is known" : "booked";
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
