/** A project with one of everything that holds data or answers somebody, and a second system beside it. */
export const projectText = `import { aiGateway, d1, defineProject, durableObject, hyperdrive, kv, perStage, queue, r2, secret, service, stageName, system, vectorize, type Worker, worker, workflow } from "./src/index.ts";
void perStage;

const settings = { compatibilityDate: "2026-06-01", workersDev: false, observability: { enabled: true, headSamplingRate: 1 } } as const;
const orders = d1("orders", { migrations: "migrations/shop/orders", readReplication: "disabled" });
const sessions = kv("sessions");
const files = r2("files", { lock: [{ id: "invoices", prefix: "invoices/", retain: { forDays: 30 } }], lifecycle: [{ id: "previews", prefix: "previews/", expire: { afterDays: 90 } }] });
const jobs = queue("jobs");
const failed = queue("failed");
const slow = queue("slow");
const index = vectorize("index", { dimensions: 3, metric: "cosine" });
const models = aiGateway("models", { cacheTtlSeconds: 60, rateLimit: { requests: 100, windowSeconds: 60 } });
const legacy = hyperdrive("legacy", { origin: { host: "db.shop.test", database: "shop", user: "shop", password: secret("db-password") } });
const signUp = workflow("sign-up", { className: "SignUp" });
const rooms = worker("rooms", { ...settings, main: "workers/shop/rooms.js", durableObjects: { Room: {} }, env: { ROOM: durableObject("Room") } });
const api = worker("api", {
  ...settings,
  main: "workers/shop/api.js",
  env: { DB: orders, SESSIONS: sessions, FILES: files, JOBS: jobs, SLOW: slow, INDEX: index, MODELS: models, LEGACY: legacy, ROOM: durableObject("Room", (): Worker => rooms), SIGN_UP: signUp, API_KEY: secret("api-key"), LOG_LEVEL: "info", STAGE: stageName() },
  consumes: [{ queue: jobs, deadLetter: failed }],
  crons: ["0 3 * * *"],
  domains: { prod: ["api.shop.test"] },
  routes: { prod: [{ pattern: "shop.test/api/*", zoneName: "shop.test" }] },
});
const back = worker("back", { ...settings, main: "workers/shop/back.js", env: { API: service(api) }, consumes: [{ queue: failed }] });
const shop = system("shop", [orders, sessions, files, jobs, failed, slow, index, models, legacy, rooms, api, back]);

const people = d1("people", { migrations: "migrations/crm/people", readReplication: "disabled" });
const crmApi = worker("crm-api", { ...settings, main: "workers/crm/api.js", env: { PEOPLE: people } });
const crm = system("crm", [people, crmApi]);

export default defineProject({
  systems: [shop, crm],
  stages: [
    { name: "dev" },
    { name: "staging", embeddedAccount: "prod" },
    { name: "prod", suffix: "", protected: true, ownsShared: true, zones: ["shop.test"] },
  ],
  policies: {
    "no-workers-dev": "mandatory",
    "worker-is-observed": "mandatory",
    "log-level": "mandatory",
    "dead-letters-are-consumed": "mandatory",
  },
});
`;

export const workers: Readonly<Record<string, string>> = {
  "workers/shop/api.js": `import { WorkflowEntrypoint } from "cloudflare:workers";
export class SignUp extends WorkflowEntrypoint { async run(event, step) { return step.do("greet", async () => "hello"); } }
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/fill") return Response.json(await env.DB.prepare("SELECT id, total FROM orders ORDER BY id").all());
    await env.DB.prepare("INSERT INTO orders (customer, total) VALUES (?, ?)").bind("ann", 12).run();
    await env.SESSIONS.put("ann", "signed in");
    await env.FILES.put("invoices/1", "one");
    await env.FILES.put("previews/1", "small");
    await env.SLOW.send({ order: 1 });
    await env.INDEX.upsert([{ id: "1", values: [1, 0, 0] }]);
    await env.SIGN_UP.create({ id: "ann" });
    return env.ROOM.get(env.ROOM.idFromName("lobby")).fetch(request);
  },
  async queue(batch) { batch.ackAll(); },
  async scheduled() {},
};
`,
  "workers/shop/rooms.js": `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject { async fetch() { await this.ctx.storage.put("said", "hello"); return new Response("filled"); } }
export default { fetch: () => new Response("rooms") };
`,
  "workers/shop/back.js": `export default { fetch: (request, env) => env.API.fetch(request), async queue(batch) { batch.ackAll(); } };
`,
  "workers/crm/api.js": `export default { fetch: async (request, env) => Response.json(await env.PEOPLE.prepare("SELECT id, name FROM people").all()) };
`,
};

export const migrations: Readonly<Record<string, string>> = {
  "migrations/shop/orders/0001_create_orders.sql":
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, total INTEGER NOT NULL);\n",
  "migrations/shop/orders/0002_add_note.sql": "ALTER TABLE orders ADD COLUMN note TEXT;\n",
  "migrations/crm/people/0001_create_people.sql":
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n",
};
