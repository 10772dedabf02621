import { randomBytes } from "node:crypto";
import { preview, type Row, up, validate } from "../row.ts";

/** Workers: their classes, bindings, variables, addresses, crons and limits. */
export const workers: readonly Row[] = [
  {
    what: "a class of Durable Objects is gone from the declaration",
    edits: {
      'durableObjects: { Room: {} }, env: { ROOM: durableObject("Room") }': "env: {}",
      'ROOM: durableObject("Room", (): Worker => rooms), ': "",
    },
    run: up,
    names: ["Durable Object class Room is gone from the declaration", "shop/rooms"],
    remedy: "lifecycle",
  },
  {
    what: "a class is deleted with its objects",
    edits: {
      'durableObjects: { Room: {} }, env: { ROOM: durableObject("Room") }':
        'durableObjects: { Room: { lifecycle: { state: "deleted" } } }, env: {}',
      'ROOM: durableObject("Room", (): Worker => rooms), ': "",
    },
    run: up,
    names: ["Durable Object class Room is to be deleted", "shop/api"],
    remedy: "in two steps",
  },
  {
    what: "a class is renamed in the code, and the declaration is not",
    files: {
      "workers/shop/rooms.js":
        'import { DurableObject } from "cloudflare:workers";\nexport class Lobby extends DurableObject {}\nexport default { fetch: () => new Response("rooms") };\n',
    },
    run: up,
    names: ["Durable Object class Room is not in the code of worker rooms", "shop/rooms"],
    remedy: "export class Room from workers/shop/rooms.js",
  },
  {
    what: "a class is renamed without a word about its objects",
    edits: {
      'durableObjects: { Room: {} }, env: { ROOM: durableObject("Room") }':
        'durableObjects: { Lobby: {} }, env: { ROOM: durableObject("Lobby") }',
      'durableObject("Room", (): Worker => rooms)': 'durableObject("Lobby", (): Worker => rooms)',
    },
    files: {
      "workers/shop/rooms.js":
        'import { DurableObject } from "cloudflare:workers";\nexport class Lobby extends DurableObject {}\nexport default { fetch: () => new Response("rooms") };\n',
    },
    run: up,
    names: ["Durable Object class Room is gone from the declaration", "shop/rooms"],
    remedy: "lifecycle",
  },
  {
    what: "a class is renamed to one that is not there",
    edits: {
      "durableObjects: { Room: {} }":
        'durableObjects: { Room: { lifecycle: { state: "renamed", renamedTo: "Hall" } } }',
    },
    run: validate,
    names: ["Durable Object class Room is renamed to a class that is not there", "shop/rooms"],
    remedy: "add Hall",
  },
  {
    what: "a class is handed to a worker that does not expect it",
    edits: {
      "durableObjects: { Room: {} }":
        'durableObjects: { Room: { lifecycle: { state: "transferred", transferredTo: (): Worker => back } } }',
    },
    run: validate,
    names: ["Durable Object class Room changes hands with a worker that does not know it", "shop/rooms"],
    remedy: "first declare it in the worker that takes it",
  },
  {
    what: "a class gets another storage",
    edits: { "durableObjects: { Room: {} }": 'durableObjects: { Room: { storage: "legacy-kv" } }' },
    run: up,
    names: ["Durable Object class Room would be stored otherwise", "shop/rooms"],
    remedy: 'write storage: "sqlite"',
  },
  {
    what: "a worker with objects is renamed at Cloudflare",
    edits: {
      'worker("rooms", { ...settings': 'worker("rooms", { ...settings, physicalName: "lobbies{-stage}"',
    },
    run: up,
    names: ["Worker shop/rooms would be renamed"],
    remedy: "in three steps",
  },
  {
    what: "a worker with objects is renamed in the declaration",
    edits: { 'worker("rooms", {': 'worker("lobbies", {' },
    run: up,
    names: ["shop/rooms is gone from the declaration"],
    remedy: "just retire shop/rooms prod",
  },
  {
    what: "a worker with objects is gone from the declaration",
    edits: {
      "legacy, rooms, api, back]": "legacy, api, back]",
      'ROOM: durableObject("Room", (): Worker => rooms), ': "",
    },
    run: up,
    names: ["shop/rooms is gone from the declaration"],
    remedy: "just retire shop/rooms prod",
  },
  {
    what: "a worker that another one calls is renamed at Cloudflare",
    edits: { 'worker("api", {\n': 'worker("api", {\n  physicalName: "api-v2{-stage}",\n' },
    run: up,
    names: ["Worker shop/api would be renamed"],
    remedy: "in three steps",
  },
  {
    what: "a worker gets the name of another",
    edits: { 'worker("back", { ...settings': 'worker("back", { ...settings, physicalName: "crm-api"' },
    run: validate,
    names: ["Two systems with a resource of the same name at Cloudflare", "worker crm-api twice"],
    remedy: "physicalName",
  },
  {
    what: "a worker is taken out while another one calls it",
    edits: { "rooms, api, back]": "rooms, back]" },
    run: validate,
    names: ["Worker back uses a resource that its system does not list"],
    remedy: "api",
  },
  {
    what: "a Workflow is renamed",
    edits: { 'workflow("sign-up"': 'workflow("welcome"' },
    run: up,
    names: ["shop/sign-up is gone from the declaration, and 1 instance"],
    remedy: "just retire shop/sign-up prod",
  },
  {
    what: "a Workflow is removed",
    edits: { "SIGN_UP: signUp, ": "" },
    run: up,
    names: ["shop/sign-up is gone from the declaration, and 1 instance"],
    remedy: "just retire shop/sign-up prod",
  },
  {
    what: "a Workflow's class is not in the code any more",
    files: {
      "workers/shop/api.js":
        'export default { fetch: () => new Response("ok"), queue() {}, scheduled() {} };\n',
    },
    run: up,
    names: ["Class SignUp of Workflow sign-up is not in the code of worker api", "shop/sign-up"],
    remedy: "export class SignUp",
  },
  {
    what: "a secret becomes a variable in plain text",
    edits: { 'API_KEY: secret("api-key")': 'API_KEY: "for-tests"' },
    run: up,
    names: ["A text would take the place of a secret", "shop/api, env.API_KEY"],
    remedy: "bind the secret as before",
  },
  {
    what: "a secret is written into the declaration",
    edits: { 'LOG_LEVEL: "info"': 'PAYMENT_TOKEN: "sk_live_51H8abcdefghijklmnopqrst"' },
    run: preview,
    names: ["PAYMENT_TOKEN", "shop/api"],
    remedy: "secret",
  },
  {
    what: "a placeholder goes into production",
    edits: { 'LOG_LEVEL: "info"': 'SENDER: "changeme"' },
    run: preview,
    names: ["SENDER", "shop/api"],
    remedy: "value",
  },
  {
    what: "a secret's value is a placeholder",
    before: async (project) => void (await project.just(["secret", "prod", "api-key", "--", "changeme"])),
    run: preview,
    names: ["API_KEY", "shop/api"],
    remedy: "value",
  },
  {
    what: "a secret is bound that nobody has set",
    edits: { 'secret("api-key")': 'secret("apikey")' },
    run: up,
    names: ["Missing required secret 'apikey'", "shop/api, env.API_KEY"],
    remedy: "just secret prod apikey",
  },
  {
    what: "the log level is debug",
    edits: { 'LOG_LEVEL: "info"': 'LOG_LEVEL: "debug"' },
    run: preview,
    names: ["LOG_LEVEL", "shop/api"],
    remedy: "info",
  },
  {
    what: "the compatibility date is a day to come",
    edits: { 'compatibilityDate: "2026-06-01"': 'compatibilityDate: "2999-01-01"' },
    run: preview,
    names: ["shop/api", "2999-01-01"],
    remedy: "day",
  },
  {
    what: "the compatibility date is no day",
    edits: { 'compatibilityDate: "2026-06-01"': 'compatibilityDate: "2026-02-31"' },
    run: validate,
    names: ["A compatibility date that is no date", "shop/api"],
    remedy: "write the day",
  },
  {
    what: "a worker answers at its workers.dev address",
    edits: { "workersDev: false": "workersDev: true" },
    run: preview,
    names: ["shop/api"],
    remedy: "Turn it off and give the worker a domain",
  },
  {
    what: "preview addresses are on",
    edits: { "workersDev: false": "workersDev: false, previewUrls: true" },
    run: preview,
    names: ["shop/api"],
    remedy: "Set previewsEnabled to false",
  },
  {
    what: "a sampling rate is written as per cent",
    edits: { "headSamplingRate: 1": "headSamplingRate: 100" },
    run: validate,
    names: ["observability.headSamplingRate"],
    remedy: "0.1 is every tenth",
  },
  {
    what: "two workers take the same custom domain",
    edits: {
      'main: "workers/shop/back.js"': 'main: "workers/shop/back.js", domains: { prod: ["api.shop.test"] }',
    },
    run: validate,
    names: ["An address that is declared twice", "shop/api and shop/back"],
    remedy: "take one of them out",
  },
  {
    what: "a route takes the requests of a custom domain",
    edits: {
      'main: "workers/shop/back.js"':
        'main: "workers/shop/back.js", routes: { prod: [{ pattern: "api.shop.test/*", zoneName: "shop.test" }] }',
    },
    run: preview,
    names: ["api.shop.test"],
    remedy: "route",
  },
  {
    what: "a domain is of a zone that the account does not have",
    edits: { 'domains: { prod: ["api.shop.test"] }': 'domains: { prod: ["api.shop.example"] }' },
    run: up,
    names: ["api.shop.example"],
    remedy: "zone",
  },
  {
    what: "crons are left out, and would run on",
    edits: { '  crons: ["0 3 * * *"],\n': "" },
    run: up,
    names: ["The crons of shop/api are gone from the declaration"],
    remedy: "write crons: []",
  },
  {
    what: "a cron is none",
    edits: { 'crons: ["0 3 * * *"]': 'crons: ["0 99 * * *"]' },
    run: validate,
    names: ["0 99 * * *", "shop/api"],
    remedy: "0",
  },
  {
    what: "more crons than the plan allows",
    edits: {
      'crons: ["0 3 * * *"]': `crons: ${JSON.stringify(Array.from({ length: 260 }, (_, n) => `${n % 60} ${Math.floor(n / 60)} * * *`))}`,
    },
    run: preview,
    names: ["This stack has 260 cron triggers"],
    remedy: "10 too many",
  },
  {
    what: "more variables than a worker may have",
    edits: {
      'LOG_LEVEL: "info"': `...Object.fromEntries(Array.from({ length: 130 }, (_, n) => ["V" + n, "x"]))`,
    },
    run: preview,
    names: ["shop/api"],
    remedy: "128",
  },
  {
    what: "a script is larger than Cloudflare takes",
    files: {
      "workers/crm/api.js": `export const data = "${randomBytes(12 * 1024 * 1024).toString("base64")}";
export default { fetch: () => new Response(data) };
`,
    },
    run: up,
    names: ["A worker that is larger than Cloudflare takes", "crm/crm-api"],
    remedy: "keep data in R2",
  },
  {
    what: "a worker binds a file that is not there",
    edits: { 'main: "workers/crm/api.js"': 'main: "workers/crm/apis.js"' },
    run: validate,
    names: ["workers/crm/apis.js", "crm/crm-api"],
    remedy: "main",
  },
  {
    what: "code does not parse",
    files: { "workers/crm/api.js": "export default { fetch: ( => 1 };\n" },
    run: up,
    names: ["workers/crm/api.js"],
    remedy: "correct the line",
  },
  {
    what: "code asks for a table that is not there",
    files: {
      "workers/crm/api.js":
        'export default { fetch: async (request, env) => Response.json(await env.PEOPLE.prepare("SELECT id FROM persons").all()) };\n',
    },
    run: up,
    names: ["crm/people", "persons"],
    remedy: "migration",
  },
  {
    what: "a worker binds another stage's database by its id",
    edits: {
      "env: { PEOPLE: people }":
        'env: { PEOPLE: people, OTHER: raw({ type: "d1", databaseId: "00000000-0000-4000-8000-000000000002" }) }',
      "queue, r2,": "queue, r2, raw,",
    },
    run: preview,
    names: ["OTHER", "crm/crm-api"],
    remedy: "bind",
  },
  {
    what: "a worker calls the worker of another stage",
    edits: {
      "env: { PEOPLE: people }":
        'env: { PEOPLE: people, OTHER: raw({ type: "service", service: "api-staging" }) }',
      "queue, r2,": "queue, r2, raw,",
    },
    run: preview,
    names: ["api-staging", "crm/crm-api"],
    remedy: "stage",
  },
  {
    what: "a binding that code cannot write",
    edits: { "env: { PEOPLE: people }": 'env: { PEOPLE: people, "MAIL-TO": "ann" }' },
    run: validate,
    names: ["MAIL-TO", "crm/crm-api"],
    remedy: "rename it",
  },
];
