import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { type Clone, clone } from "../clone.ts";

/** The whole of taco in each stage, on the real engine. Each test after the one before. */
let project: Clone;
beforeAll(async () => {
  project = await clone({ systems: ["taco"] });
});
afterAll(() => project.remove());

const hosts = { dev: "taco-dev.dev", staging: "taco-staging.prod", prod: "taco.prod" } as const;
type Stage = keyof typeof hosts;

async function stack(stage: Stage, ...args: readonly string[]): Promise<string> {
  const { code, out } = await project.pulumi([...args, "--yes", "--skip-preview", "--stack", stage]);
  expect(code, out).toBe(0);
  return out;
}

/** Asks the worker of a stage; a body goes as JSON. Gives status, headers and what was answered, parsed where it is JSON. */
async function ask(
  stage: Stage,
  line: string,
  {
    token,
    body,
    headers = {},
  }: {
    readonly token?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const [method = "", path = ""] = line.split(" ");
  const sent = await exchange(`http://${hosts[stage]}.localhost:${project.embedded.frontPort}${path}`, {
    method,
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    timeoutMs: 30_000,
  });
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  return { status: sent.status, answer: parsed(sent.text), headers: sent.headers };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
const text = (value: unknown, name: string): string => String(object(value)[name]);

/** Signs somebody in as a person does it in dev. */
async function signedIn(email: string): Promise<string> {
  const { answer } = await ask("dev", "POST /api/auth/code", { body: { email } });
  const session = await ask("dev", "POST /api/auth/session", { body: { email, code: text(answer, "code") } });
  expect(session.status).toBe(201);
  return text(session.answer, "token");
}

/** What differs from an event that Stripe signed just now: the secret, and when (Unix seconds) it was signed or happened. */
interface Signing {
  readonly secret?: string;
  readonly at?: number;
  readonly created?: number;
}

/** An event as Stripe signs it. */
async function stripe(type: string, data: unknown, signing: Signing = {}) {
  const { secret = "whsec_dev", at = Date.now() / 1000 } = signing;
  const { created = at } = signing;
  const body = JSON.stringify({ type, created: Math.floor(created), data: { object: data } });
  const time = Math.floor(at);
  const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
  return ask("dev", "POST /api/stripe/webhook", {
    body,
    headers: { "stripe-signature": `t=${time},v1=${signature}` },
  });
}

test("dev comes up from a fresh clone with no secret set, its pages beside its functions", async () => {
  await stack("dev", "up");
  expect(await ask("dev", "GET /api/health")).toMatchObject({
    status: 200,
    answer: { ok: true, environment: "dev" },
    headers: { "x-frame-options": "DENY", "cache-control": "no-store" },
  });
  expect((await ask("dev", "GET /")).answer).toContain("<h1>TACo</h1>");
  expect(await ask("dev", "GET /style.css")).toMatchObject({
    status: 200,
    headers: { "cache-control": expect.stringContaining("max-age=3600") },
  });
  expect(await ask("dev", "GET /nowhere")).toMatchObject({
    status: 404,
    answer: expect.stringContaining("nothing here"),
  });
  expect(await ask("dev", "GET /api/nowhere")).toMatchObject({
    status: 404,
    answer: { error: "there is no GET /api/nowhere" },
  });
});

test("somebody signs up, is known by their session, and is not after signing out", async () => {
  const email = "ada@example.com";
  expect((await ask("dev", "POST /api/auth/code", { body: { email: "nobody" } })).status).toBe(400);
  expect((await ask("dev", "GET /api/me")).status).toBe(401);
  expect((await ask("dev", "POST /api/auth/session", { body: { email, code: "000000" } })).status).toBe(401);
  const token = await signedIn(email);
  expect((await ask("dev", "GET /api/me", { token })).answer).toMatchObject({ email, timezone: null });
  await ask("dev", "PATCH /api/me", { token, body: { timezone: "Europe/Berlin" } });
  expect((await ask("dev", "PATCH /api/me", { token, body: { timezone: "Moon/Base" } })).status).toBe(400);
  expect((await ask("dev", "GET /api/me", { token })).answer).toMatchObject({ timezone: "Europe/Berlin" });
  expect((await ask("dev", "GET /api/me/preferences", { token })).answer).toEqual({
    theme: "daylight",
    notificationsEnabled: true,
  });
  await ask("dev", "PUT /api/me/preferences", {
    token,
    body: { theme: "dusk", notificationsEnabled: false },
  });
  expect((await ask("dev", "GET /api/me/preferences", { token })).answer).toEqual({
    theme: "dusk",
    notificationsEnabled: false,
  });
  expect((await ask("dev", "DELETE /api/auth/session", { token })).status).toBe(204);
  expect((await ask("dev", "GET /api/me", { token })).status).toBe(401);
});

test("a code is worth one login, and nothing after five wrong ones", async () => {
  const email = "eve@example.com";
  const code = text((await ask("dev", "POST /api/auth/code", { body: { email } })).answer, "code");
  const wrong = code === "111111" ? "222222" : "111111";
  for (let i = 0; i < 5; i += 1)
    expect((await ask("dev", "POST /api/auth/session", { body: { email, code: wrong } })).status).toBe(401);
  expect((await ask("dev", "POST /api/auth/session", { body: { email, code } })).status).toBe(401);
  const again = text((await ask("dev", "POST /api/auth/code", { body: { email } })).answer, "code");
  expect((await ask("dev", "POST /api/auth/session", { body: { email, code: again } })).status).toBe(201);
  expect((await ask("dev", "POST /api/auth/session", { body: { email, code: again } })).status).toBe(401);
});

test("a payment that Stripe signed is credited once, what it did not sign never, and uses end where the credits do", async () => {
  const token = await signedIn("ada@example.com");
  const id = text((await ask("dev", "GET /api/me", { token })).answer, "id");
  const session = {
    client_reference_id: id,
    payment_intent: "pi_1",
    payment_status: "paid",
    metadata: { credits: "10" },
  };
  expect((await stripe("checkout.session.completed", session, { secret: "whsec_other" })).status).toBe(400);
  expect((await stripe("checkout.session.completed", session, { at: Date.now() / 1000 - 3600 })).status).toBe(
    400,
  );
  expect((await stripe("checkout.session.completed", session)).answer).toMatchObject({ outcome: "booked" });
  expect((await stripe("checkout.session.completed", session)).answer).toMatchObject({ outcome: "repeated" });
  expect(
    await ask("dev", "POST /api/me/usage", { token, body: { resource: "translation", count: 7 } }),
  ).toMatchObject({ status: 201, answer: { balance: 3 } });
  expect(
    await ask("dev", "POST /api/me/usage", { token, body: { resource: "translation", count: 4 } }),
  ).toMatchObject({ status: 402 });
  expect((await ask("dev", "GET /api/me/credits", { token })).answer).toMatchObject({
    balance: 3,
    lifetimePurchased: 10,
    lifetimeUsed: 7,
    transactions: [
      { type: "use", amount: -7, balanceAfter: 3 },
      { type: "purchase", amount: 10, balanceAfter: 10 },
    ],
  });
  expect((await ask("dev", "GET /api/me/usage", { token })).answer).toMatchObject({
    used: [{ resource: "translation", count: 7, costCents: 14 }],
  });
});

test("a subscription follows Stripe's events, also when an older one comes last", async () => {
  const token = await signedIn("ada@example.com");
  const id = text((await ask("dev", "GET /api/me", { token })).answer, "id");
  const now = Math.floor(Date.now() / 1000);
  const subscription = (status: string) => ({
    id: "sub_1",
    customer: "cus_1",
    status,
    metadata: { user_id: id, product: "plus" },
  });
  const told = (type: string, status: string, created: number) =>
    stripe(`customer.subscription.${type}`, subscription(status), { created });
  expect((await told("created", "active", now - 20)).answer).toMatchObject({ outcome: "booked" });
  expect((await told("deleted", "canceled", now - 5)).answer).toMatchObject({ outcome: "booked" });
  expect((await told("updated", "past_due", now - 10)).answer).toMatchObject({
    outcome: "older than what is known",
  });
  expect((await ask("dev", "GET /api/me/subscriptions", { token })).answer).toMatchObject([
    { product: "plus", status: "canceled" },
  ]);
});

test("a backup has every row of both databases, is whole by its digest, and is the admin's alone", async () => {
  expect((await ask("dev", "POST /api/backup/create")).status).toBe(401);
  expect((await ask("dev", "GET /api/backup/download", { token: "wrong" })).status).toBe(401);
  const token = "admin-of-dev";
  expect((await ask("dev", "GET /api/backup/download", { token })).status).toBe(404);
  const made = await ask("dev", "POST /api/backup/create", { token });
  expect(made).toMatchObject({
    status: 201,
    answer: {
      rows: {
        auth: { users: 2, user_preferences: 1 },
        billing: { credits: 1, credit_transactions: 2, usage: 1, subscriptions: 1 },
      },
    },
  });
  const got = await ask("dev", "GET /api/backup/download", { token });
  const sent = JSON.stringify(got.answer);
  expect(createHash("sha256").update(sent).digest("hex")).toBe(text(made.answer, "digest"));
  expect(got.headers["x-backup-sha256"]).toBe(text(made.answer, "digest"));
  expect(sent).toContain("ada@example.com");
  expect(got.answer).toMatchObject({ databases: { billing: { credits: { rows: [{ balance: 3 }] } } } });
});

test("who deletes their account is signed out everywhere, and has it back after the next login", async () => {
  const [one, other] = [await signedIn("ada@example.com"), await signedIn("ada@example.com")];
  expect((await ask("dev", "DELETE /api/me", { token: one })).status).toBe(204);
  expect((await ask("dev", "GET /api/me", { token: other })).status).toBe(401);
  expect(
    await query("dev", "taco-auth-dev", "SELECT is_deleted FROM users WHERE email = 'ada@example.com'"),
  ).toEqual([{ is_deleted: 1 }]);
  const back = await signedIn("ada@example.com");
  expect((await ask("dev", "GET /api/me/preferences", { token: back })).answer).toMatchObject({
    theme: "dusk",
  });
});

test("the clock backs up as well: a cron of the worker runs beside its functions", async () => {
  const schedules = await project.api("dev", "GET", "/workers/scripts/taco-dev/schedules");
  expect(schedules).toMatchObject({ schedules: [{ cron: "0 3 * * *" }] });
  const before = await keysOf("taco-backups-dev");
  project.edit("src/systems/taco.ts", (source) => source.replace("0 3 * * *", "* * * * *"));
  await stack("dev", "up");
  await expect
    .poll(async () => (await keysOf("taco-backups-dev")).length, { timeout: 300_000, interval: 1_000 })
    .toBeGreaterThan(before.length);
  project.edit("src/systems/taco.ts", (source) => source.replace("* * * * *", "0 3 * * *"));
  await stack("dev", "up");
});

test("databases that raw SQL made are adopted by the document's ids where they are, and their rows stay", async () => {
  // They have the document's schema and a row each; what made them kept no account of it.
  const past = (name: string): string => readFileSync(join("src/migrations/testing/taco", name), "utf8");
  const made = async (name: string, sql: string): Promise<string> => {
    const { uuid } = z
      .object({ uuid: z.string() })
      .parse(await project.api("staging", "POST", "/d1/database", { name }));
    await project.api("staging", "POST", `/d1/database/${uuid}/query`, { sql });
    return uuid;
  };
  const auth = await made(
    "taco-auth-staging",
    `${past("0001_auth_schema.sql")} INSERT INTO users (id, email, created_at) VALUES ('u1', 'old@example.com', 1);`,
  );
  const billing = await made(
    "taco-billing-staging",
    `${past("0002_billing_schema.sql")} ${past("0003_credits_schema.sql")} INSERT INTO credits (id, user_id, balance, lifetime_purchased, created_at, updated_at) VALUES ('c1', 'u1', 5, 5, 1, 1);`,
  );
  // The ids of this account's databases are its own.
  project.edit("src/systems/taco.ts", (source) =>
    source
      .replace("ba7fe27f-e3f3-4329-a884-d9ce0586c507", auth)
      .replace("82db418e-8563-4086-86c3-22398526a63a", billing),
  );
  const refused = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "staging"]);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("db baseline");
  for (const [database, through] of [
    ["taco/taco-auth", "0001_create_users.sql"],
    ["taco/taco-billing", "0002_create_credits.sql"],
  ] as const) {
    const { code, out } = await project.just([
      "db",
      "baseline",
      "staging",
      database,
      "--through",
      through,
      "--reason",
      "made by wrangler d1 execute",
      "--yes",
    ]);
    expect(code, out).toBe(0);
  }
  await stack("staging", "up");
  expect(await query("staging", "taco-auth-staging", "SELECT email FROM users")).toEqual([
    { email: "old@example.com" },
  ]);
  expect(await query("staging", "taco-billing-staging", "SELECT balance FROM credits")).toEqual([
    { balance: 5 },
  ]);
  expect(
    await query("staging", "taco-auth-staging", "SELECT name FROM d1_migrations ORDER BY id"),
  ).toHaveLength(4);
});

test("a stage without its secrets takes no payments and gives no backups, and says which secret is missing", async () => {
  expect(await ask("staging", "GET /api/health")).toMatchObject({
    status: 200,
    answer: { environment: "staging" },
  });
  expect(await ask("staging", "POST /api/backup/create", { token: "admin-of-dev" })).toMatchObject({
    status: 503,
    answer: { error: expect.stringContaining("taco-admin-token") },
  });
  expect(await ask("staging", "POST /api/stripe/webhook", { body: {} })).toMatchObject({
    status: 503,
    answer: { error: expect.stringContaining("taco-stripe-webhook") },
  });
  // The code goes by mail alone, which the embedded Cloudflare keeps.
  const asked = await ask("staging", "POST /api/auth/code", { body: { email: "ada@example.com" } });
  expect(asked).toMatchObject({ status: 200, answer: { sent: true } });
  expect(JSON.stringify(asked)).not.toMatch(/"code"/);
  const mails = JSON.stringify(await project.api("staging", "GET", "/embedded/emails"));
  expect(mails).toMatch(/ada@example\.com/);
});

test("prod comes up by the names of the document, with no suffix", async () => {
  await stack("prod", "up");
  expect(await ask("prod", "GET /api/health")).toMatchObject({
    status: 200,
    answer: { environment: "prod" },
  });
  const databases = z
    .array(z.object({ name: z.string() }))
    .parse(await project.api("prod", "GET", "/d1/database"));
  expect(
    databases
      .map(({ name }) => name)
      .filter((name) => name.startsWith("taco") && !name.endsWith("-staging"))
      .sort(),
  ).toEqual(["taco-auth", "taco-billing"]);
});

test("a second up changes nothing in any stage, also after a refresh", async () => {
  for (const stage of ["dev", "staging", "prod"] as const) {
    await stack(stage, "up", "--expect-no-changes");
    await stack(stage, "refresh", "--expect-no-changes");
    await stack(stage, "up", "--expect-no-changes");
  }
});

test("a changed function is one new version of the worker", async () => {
  project.edit("workers/taco/functions/api/health.ts", (source) =>
    source.replace("ok: true,", "ok: true, changed: true,"),
  );
  expect(await stack("dev", "up")).toMatch(/\+-2 replaced/);
  expect((await ask("dev", "GET /api/health")).answer).toMatchObject({ changed: true });
});

test("destroy leaves nothing of dev behind, and nothing of prod can be destroyed", async () => {
  const { code, out } = await project.just(["pulumi-destroy", "dev", "--yes", "--empty-buckets"]);
  expect(code, out).toBe(0);
  const left = await Promise.all(
    ["/d1/database", "/workers/workers"].map((path) => project.api("dev", "GET", path)),
  );
  expect(left).toEqual([[], []]);
  expect(await project.api("dev", "GET", "/r2/buckets")).toEqual({ buckets: [] });
  expect((await project.just(["pulumi-destroy", "prod", "--yes", "prod"])).code).not.toBe(0);
  expect((await ask("prod", "GET /api/health")).status).toBe(200);
});

const keysOf = async (bucket: string): Promise<readonly string[]> =>
  z
    .array(z.object({ key: z.string() }))
    .parse(await project.api("dev", "GET", `/r2/buckets/${bucket}/objects`))
    .map(({ key }) => key);

/** Asks a database of a stage as its owner can. */
async function query(stage: Stage, name: string, sql: string): Promise<unknown> {
  const databases = z
    .array(z.object({ uuid: z.string(), name: z.string() }))
    .parse(await project.api(stage, "GET", "/d1/database"));
  const id = databases.find((each) => each.name === name)?.uuid;
  const [first] = z
    .array(z.object({ results: z.unknown() }))
    .parse(await project.api(stage, "POST", `/d1/database/${id}/query`, { sql }));
  return first?.results;
}
