import { z } from "zod";
import { ApiError, call } from "../api.ts";
import type { Asked, Contents } from "./holder.ts";

/** A page of a list, and what counting costs at most: a listing is billed, and so is a row that is read. */
const most = 1_000;
const mostRowsOfATable = 10_000;

const list = z.array(z.unknown());
const exactly = (count: number): Contents => ({ count, atLeast: false });
const listed = (found: unknown): Contents => {
  const { length } = list.parse(found);
  return { count: length, atLeast: length >= most };
};

const tablesShape = z.array(
  z.object({ results: z.array(z.object({ name: z.string(), schema: z.string(), type: z.string() })) }),
);
const countsShape = z.array(z.object({ results: z.array(z.object({ rows: z.number() })) }));

/** Rows of every table that somebody's code has: neither the ledger nor what a search table keeps for itself. */
export async function d1Rows({ api, account, holder }: Asked<"d1">): Promise<Contents> {
  const ask = (sql: string): Promise<unknown> =>
    call(api, "POST", `${account}/d1/database/${encodeURIComponent(holder.id)}/query`, { sql });
  const [tables] = tablesShape.parse(await ask("PRAGMA table_list"));
  const own = (tables?.results ?? []).filter(
    ({ name, schema, type }) =>
      schema === "main" &&
      (type === "table" || type === "virtual") &&
      !/^(sqlite_|_cf_|_mig_)|^d1_migrations$/.test(name),
  );
  if (own.length === 0) return exactly(0);
  const counts = own.map(
    ({ name }) =>
      `SELECT count(*) AS rows FROM (SELECT 1 FROM "${name.replaceAll('"', '""')}" LIMIT ${mostRowsOfATable})`,
  );
  const rows = countsShape
    .parse(await ask(counts.join(";\n")))
    .flatMap(({ results }) => results.map((each) => each.rows));
  return {
    count: rows.reduce((sum, each) => sum + each, 0),
    atLeast: rows.some((each) => each >= mostRowsOfATable),
  };
}

export async function r2Objects({ api, account, holder }: Asked<"r2">): Promise<Contents> {
  const query = new URLSearchParams({ per_page: String(most), prefix: holder.prefix ?? "" });
  if (holder.prefix === undefined) query.delete("prefix");
  const path = `${account}/r2/buckets/${encodeURIComponent(holder.name)}/objects?${query}`;
  return listed(await call(api, "GET", path, undefined, { "cf-r2-jurisdiction": holder.jurisdiction }));
}

export const kvKeys = async ({ api, account, holder }: Asked<"kv">): Promise<Contents> =>
  listed(
    await call(
      api,
      "GET",
      `${account}/storage/kv/namespaces/${encodeURIComponent(holder.id)}/keys?limit=${most}`,
    ),
  );

const infoShape = z.object({ vectorCount: z.number() });
export async function vectors({ api, account, holder }: Asked<"vectorize">): Promise<Contents> {
  const path = `${account}/vectorize/v2/indexes/${encodeURIComponent(holder.name)}/info`;
  return exactly(infoShape.parse(await call(api, "GET", path)).vectorCount);
}

const metricsShape = z.object({ backlog_count: z.number() });
export async function queueMessages({ api, account, holder }: Asked<"queue">): Promise<Contents> {
  const path = `${account}/queues/${encodeURIComponent(holder.id)}/metrics`;
  return exactly(metricsShape.parse(await call(api, "GET", path)).backlog_count);
}

const namespacesShape = z.array(
  z.object({ id: z.string(), script: z.string().nullish(), class: z.string().nullish() }),
);

const objectsShape = z.array(z.object({ hasStoredData: z.boolean().optional() }));

/** Objects of a class that have stored something. An API that lists no objects tells nothing. */
export async function classObjects({ api, account, holder }: Asked<"class">): Promise<Contents> {
  const path = `${account}/workers/durable_objects/namespaces`;
  const namespace = await namespaceOf({ api, account, holder });
  if (namespace === undefined) return exactly(0);
  try {
    const found = objectsShape.parse(await call(api, "GET", `${path}/${namespace}/objects?limit=${most}`));
    const count = found.filter(({ hasStoredData }) => hasStoredData !== false).length;
    return { count, atLeast: found.length >= most };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { count: undefined, atLeast: false };
    throw error;
  }
}

/** The id of a class's namespace; undefined where it has none yet. */
export async function namespaceOf({ api, account, holder }: Asked<"class">): Promise<string | undefined> {
  const seen = new Set<string>();
  for (let page = 1; ; page++) {
    const path = `${account}/workers/durable_objects/namespaces?page=${page}&per_page=100`;
    const found = namespacesShape.parse(await call(api, "GET", path));
    const match = found.find((each) => each.script === holder.script && each.class === holder.className);
    if (match !== undefined) return match.id;
    // A list that does not know pages is the same again.
    if (found.every(({ id }) => seen.has(id))) return undefined;
    for (const { id } of found) seen.add(id);
  }
}

const workflowShape = z.object({ instances: z.record(z.string(), z.unknown()) });

/** Also those that have ended: what they returned is kept with them. */
export async function workflowInstances({ api, account, holder }: Asked<"workflow">): Promise<Contents> {
  const path = `${account}/workflows/${encodeURIComponent(holder.name)}`;
  const { instances } = workflowShape.parse(await call(api, "GET", path));
  return exactly(
    Object.values(instances).reduce((sum: number, each) => sum + (typeof each === "number" ? each : 0), 0),
  );
}
