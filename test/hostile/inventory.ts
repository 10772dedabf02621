import { createHash } from "node:crypto";
import { z } from "zod";
import { services } from "../../embedded/api/services.ts";
import type { Clone } from "../clone.ts";

const own = "/accounts/:account";
/** A list → the property of its entries that the path of one of them ends with. */
const lists: Readonly<Record<string, string>> = {
  [`${own}/tokens`]: "id",
  [`${own}/workers/workers`]: "id",
  [`${own}/workers/workers/:worker/versions`]: "id",
  [`${own}/workers/scripts`]: "id",
  [`${own}/workers/scripts/:script/deployments`]: "id",
  [`${own}/workers/scripts/:script/versions`]: "id",
  [`${own}/workers/scripts/:script/secrets`]: "name",
  [`${own}/workers/durable_objects/namespaces`]: "id",
  [`${own}/d1/database`]: "uuid",
  [`${own}/r2/buckets`]: "name",
  [`${own}/r2/buckets/:bucket/domains/custom`]: "domain",
  [`${own}/event_notifications/r2`]: "name",
  [`${own}/storage/kv/namespaces`]: "id",
  [`${own}/storage/kv/namespaces/:namespace/values`]: "name",
  [`${own}/queues`]: "queue_id",
  [`${own}/queues/:queue/consumers`]: "consumer_id",
  [`${own}/vectorize/v2/indexes`]: "name",
  [`${own}/ai-gateway/gateways`]: "id",
  [`${own}/workflows`]: "name",
  [`${own}/workflows/:workflow/instances`]: "id",
  [`${own}/hyperdrive/configs`]: "id",
  [`${own}/secrets_store/stores`]: "id",
  [`${own}/secrets_store/stores/:store/secrets`]: "id",
  [`${own}/alerting/v3/policies`]: "id",
  [`${own}/alerting/v3/destinations/webhooks`]: "id",
  [`${own}/workers/domains`]: "id",
  [`${own}/workers/domains/records`]: "id",
  "/zones": "id",
  "/zones/:zone/workers/routes": "id",
};

/** What a path stands for that is no list itself: where its entries are listed. */
const listedAt: Readonly<Record<string, (path: string) => string>> = {
  [`${own}/storage/kv/namespaces/:namespace/values`]: (path) => path.replace(/values$/, "keys"),
  [`${own}/event_notifications/r2`]: (path) => path.replace("event_notifications/r2", "r2/buckets"),
};

/** What an inventory has nothing of, and why. */
export const left: Readonly<Record<string, string>> = {
  "/lockstep/d1/transfer": "a transfer under way",
  "/accounts/:account": "an account and its settings: no verb reaches them",
  "/user/tokens/:token": "tokens belong to no account",
  [`${own}/workers/scripts/:script/tails`]: "who listens now",
  [`${own}/workers/services/:script`]: "the script under another address",
  [`${own}/workers/services/:script/environments/:environment/bindings`]:
    "the version's bindings under another address",
  [`${own}/workers/tails/by-consumer/:script`]: "the versions have it",
  [`${own}/d1/database/:database/lockstep/statements`]: "what was asked, which asking changes",
  [`${own}/r2/buckets/:bucket/objects/:key+`]: "its etag and size are in the list",
  [`${own}/event_notifications/r2/:bucket/configuration/queues/:queue`]: "the bucket's configuration has it",
  [`${own}/storage/kv/namespaces/:namespace/metadata/:key`]: "the list of keys has it",
  [`${own}/queues/:queue/purge`]: "a purge under way",
  [`${own}/ai-gateway/gateways/:gateway/url/:provider`]: "an address made of the names",
  [`${own}/ai-gateway/gateways/:gateway/logs/:log`]: "the list of logs has it",
  [`${own}/ai-gateway/gateways/:gateway/logs/:log/request`]: "the list of logs names it",
  [`${own}/ai-gateway/gateways/:gateway/logs/:log/response`]: "the list of logs names it",
  [`${own}/ai/models/schema`]: "of Cloudflare's models, not of the account",
  [`${own}/analytics_engine/sql`]: "needs a statement",
};

const routes = services
  .flatMap((service) => service.routes)
  .filter(({ method, path }) => method === "GET" && left[path] === undefined)
  .map(({ path }) => path);

/** The address of everything in an account → what the API says there. */
export type Inventory = ReadonlyMap<string, string>;
const rows = z.array(z.looseObject({}));
const answer = z.looseObject({ result: z.unknown() });

/** Everything that a stage's account has, by the address at which the API tells it: every row, value, version and setting. */
export async function inventory(project: Clone, stage: string): Promise<Inventory> {
  const { api, token, accounts } = project.embedded;
  const account = accounts.find(({ name }) => name === stage)?.id ?? "";
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${api}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    return `${response.status} ${canonical(await response.text())}`;
  };
  const asked = new Map<string, Promise<string>>();
  const once = (path: string): Promise<string> => {
    const known = asked.get(path) ?? ask(path);
    asked.set(path, known);
    return known;
  };
  /** The addresses of a route: each parameter takes every value that the list before it has. */
  const addresses = async (route: string): Promise<readonly string[]> => {
    let known: readonly { readonly at: string; readonly of: string }[] = [{ at: "", of: "" }];
    for (const part of route.split("/").slice(1)) {
      const next = known.map(async ({ at, of }) => {
        if (!part.startsWith(":")) return [{ at: `${at}/${part}`, of: `${of}/${part}` }];
        if (part === ":account") return [{ at: `${at}/${account}`, of: `${of}/${part}` }];
        const ids = await idsIn(at, of);
        return ids.map((id) => ({ at: `${at}/${encodeURIComponent(id)}`, of: `${of}/${part}` }));
      });
      known = (await Promise.all(next)).flat();
    }
    return known.map(({ at }) => at);
  };
  const idsIn = async (at: string, of: string): Promise<readonly string[]> => {
    const property = lists[of];
    if (property === undefined) throw new Error(`${of} is no list that an inventory knows`);
    const entries = rows.parse(entriesOf(await once(listedAt[of]?.(at) ?? at)));
    return entries.map((entry) => z.string().parse(entry[property]));
  };
  const paths = [...new Set((await Promise.all(routes.map(addresses))).flat())];
  const found = await Promise.all(paths.map(async (path) => [path, await once(path)] as const));
  const databases = paths.filter((path) => /\/d1\/database\/[^/]+$/.test(path));
  const contents = databases.map(async (path) => [`${path} rows`, await contentsOf(path, ask)] as const);
  return new Map([...found, ...(await Promise.all(contents))].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** The entries of a list, also where they stand in an object of one list. */
function entriesOf(text: string): unknown {
  if (!text.startsWith("200 ")) return [];
  const { result } = answer.parse(JSON.parse(text.slice(4)));
  if (Array.isArray(result)) return result;
  return Object.values(z.looseObject({}).parse(result ?? {})).find(Array.isArray) ?? [];
}

/** The schema and every row of a database. */
async function contentsOf(
  path: string,
  ask: (path: string, init: RequestInit) => Promise<string>,
): Promise<string> {
  const query = async (sql: string): Promise<unknown> => {
    const text = await ask(`${path}/query`, { method: "POST", body: JSON.stringify({ sql }) });
    const { result } = z
      .object({ result: z.array(z.object({ results: rows })) })
      .parse(JSON.parse(text.slice(4)));
    return result[0]?.results ?? [];
  };
  const schema = await query(
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '_cf_%' ORDER BY name",
  );
  const tables = rows.parse(schema).filter(({ type }) => type === "table");
  const all = await Promise.all(
    tables.map(async ({ name }) => [name, await query(`SELECT * FROM "${name}" ORDER BY rowid`)] as const),
  );
  return canonical(JSON.stringify([schema, all]));
}

/** JSON with its keys in order; what is none, or long, as its digest. */
function canonical(text: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return createHash("sha256").update(text).digest("hex");
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** What is otherwise in one inventory than in another: nothing, where they are byte-equal. */
export const differences = (before: Inventory, after: Inventory): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((path) =>
    before.get(path) === after.get(path)
      ? []
      : [`${path}\n  before: ${before.get(path) ?? "nothing"}\n  after:  ${after.get(path) ?? "nothing"}`],
  );
