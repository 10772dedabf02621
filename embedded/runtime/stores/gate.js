// Runs in workerd, before Miniflare's own KV, R2 and D1 objects. A store is named by the header
// `x-lockstep-store: <KIND>/<id>`. Never reloaded: what it must know of a database it asks Node once (env.NODE).
import { DurableObject } from "cloudflare:workers";
import { normaliseSql } from "./d1/normalise-sql.js";
import { askNode, withEvents } from "./gate-events.js";

/** What the gate knows of each database: the object that holds it now, running requests, and whether it is shut. */
const databases = new Map();
/** Whether a KV namespace or bucket was deleted. */
const removed = new Map();
const seen = new Map(); // raw statement text → normalised, for the texts seen last
const recorded = new Set(); // caller, database and statement that Node has already
let counts = new Map(); // what has still to be reported: key → {caller, database, sql, count}
let written = new Map(); // database → time of its last write
let rows = new Map(); // database and statement → {database, sql, rows, count} that it has written and that has still to be reported
let reporting = false;
/** Counts what may have written, per database; with the time of start it is a new value in every life of the gate. */
const versions = new Map();
const lastWrites = new Map();
const writing = new Map(); // database → writes under way
let born = "";

export default {
  async fetch(request, env, ctx) {
    born ||= crypto.randomUUID();
    if (request.headers.get("x-lockstep-key") !== env.KEY) return failure(403, "a store's key is wanted");
    const control = request.headers.get("x-lockstep-control");
    if (control !== null && control !== env.SECRET) return failure(403, "control refused");
    const order = request.headers.get("x-lockstep-order");
    if (control !== null && order !== null) return steer(JSON.parse(order), env, request);
    const [kind, id] = (request.headers.get("x-lockstep-store") ?? "").split("/");
    if (!/^[\w-]+$/.test(id ?? "")) return failure(400, "x-lockstep-store: expected <KIND>/<id>");
    if (kind === "D1") return database(request, env, ctx, id, control !== null);
    if (kind === "KV" || kind === "R2") return plainStore(request, env, kind, id);
    return failure(400, `x-lockstep-store: unknown kind ${kind}`);
  },
};

/** KV and R2 need no more than to be forgotten once they were deleted. */
async function plainStore(request, env, kind, id) {
  const key = `${kind}/${id}`;
  let gone = removed.get(key);
  if (gone === undefined) {
    gone = (await (await askNode(env, `removed/${key}`)).json()).removed;
    if (removed.get(key) === undefined) removed.set(key, gone);
  }
  if (!removed.get(key)) {
    if (kind === "KV") return forward(env.KV, request, id, request.body);
    return withEvents(request, env, id, (body) => forward(env.R2, request, id, body));
  }
  await request.body?.cancel();
  const message = kind === "R2" ? "The specified bucket does not exist." : "namespace not found";
  const code = kind === "R2" ? 10006 : 10013;
  return new Response(message, {
    status: 404,
    headers: { "cf-r2-error": JSON.stringify({ version: 0, v4code: code, message }) },
  });
}

function forward(namespace, request, name, body) {
  const headers = new Headers(request.headers);
  for (const header of [
    "x-lockstep-key",
    "x-lockstep-store",
    "x-lockstep-caller",
    "x-lockstep-control",
    "x-lockstep-copy-source",
    "host",
  ])
    headers.delete(header);
  const init = { method: request.method, headers, body, redirect: "manual", cf: { miniflare: { name } } };
  return namespace.get(namespace.idFromName(name)).fetch(new Request(request.url, init));
}

/** `inside`: asked by whoever shut the database. */
async function database(request, env, ctx, id, inside) {
  const text = await request.text();
  let entry = databases.get(id) ?? (await learn(env, id));
  while (entry.shut === "wait" && !inside) {
    await scheduler.wait(5);
    entry = databases.get(id);
  }
  if (entry.gone) return Response.json({ success: false, error: "D1 database not found" }, { status: 404 });
  if (entry.shut !== undefined && !inside) return Response.json({ success: false, error: entry.shut });
  if (!inside) entry.running++;
  let writes = false;
  try {
    const noted = await note(env, ctx, id, request.headers.get("x-lockstep-caller"), text);
    writes = noted.writes;
    if (writes) writing.set(id, (writing.get(id) ?? 0) + 1);
    if (writes) count(id); // before and after: a snapshot taken in between is known to be of neither
    const answer = await forward(env.D1, request, entry.object, text);
    // What was read is all there when the object answers, and goes by as it is: a page of a backup is half a megabyte.
    const body = writes ? await answer.arrayBuffer() : answer.body;
    if (databases.get(id) === entry) {
      if (writes) countRows(id, noted.sqls, body);
      const told = new Response(body, answer);
      told.headers.set("x-cf-d1-session-commit-token", bookmark(id));
      return told;
    }
    // It ran for so long that the database was exchanged meanwhile: what it did is in the file that was left.
    return Response.json({ success: false, error: "Network connection lost." });
  } catch (error) {
    // Such as a violation of a deferred foreign key, found at the commit: the object was reset, nothing was kept.
    return Response.json({ success: false, error: error.message });
  } finally {
    if (!inside) entry.running--;
    if (writes) {
      count(id);
      writing.set(id, writing.get(id) - 1);
      lastWrites.set(id, Date.now());
      written.set(id, Date.now());
      report(env, ctx);
    }
  }
}

/** What each statement wrote, as D1's own analytics count it. */
function countRows(id, sqls, body) {
  const results = JSON.parse(new TextDecoder().decode(body));
  for (const [at, result] of (Array.isArray(results) ? results : [results]).entries()) {
    const wrote = result?.meta?.rows_written ?? 0;
    if (wrote === 0 || sqls[at] === undefined) continue;
    const key = `${id}\n${sqls[at]}`;
    const entry = rows.get(key) ?? { database: id, sql: sqls[at], rows: 0, count: 0 };
    entry.rows += wrote;
    entry.count++;
    rows.set(key, entry);
  }
}

/** What a session is told of where the database is, in Cloudflare's shape: another value after each write. workerd's own is another one after each read, too. */
const bookmark = (id) =>
  `${"0".repeat(8)}-${(versions.get(id) ?? 0).toString(16).padStart(8, "0")}-${"0".repeat(8)}-${born.replaceAll("-", "")}`;

const count = (id) => versions.set(id, (versions.get(id) ?? 0) + 1);

async function learn(env, id) {
  const answer = await (await askNode(env, `database/${id}`)).json();
  const known = databases.get(id); // another request may have asked meanwhile, and be running in it
  if (known !== undefined) return known;
  const entry = { object: answer.object, gone: answer.gone, shut: undefined, running: 0 };
  databases.set(id, entry);
  return entry;
}

/** Tells Node of a statement it has not seen before it runs; counts are told later. Returns what is run, and whether any of it may write. */
async function note(env, ctx, id, caller, text) {
  let queries;
  try {
    queries = JSON.parse(text);
  } catch {
    return { writes: false, sqls: [] }; // the object refuses it with its own words
  }
  let writes = false;
  let fresh = false;
  const sqls = [];
  for (const query of Array.isArray(queries) ? queries : [queries]) {
    if (typeof query?.sql !== "string") continue;
    const normalised = normalise(query.sql);
    sqls.push(normalised.sql);
    writes ||= !normalised.readOnly;
    if (caller === null) continue;
    const key = `${id}\n${caller}\n${normalised.sql}`;
    const entry = counts.get(key) ?? { database: id, caller, sql: normalised.sql, count: 0 };
    entry.count++;
    counts.set(key, entry);
    if (!recorded.has(key)) fresh = true;
  }
  if (fresh) await flush(env);
  else if (counts.size > 0) report(env, ctx);
  return { writes, sqls };
}

function normalise(sql) {
  let found = seen.get(sql);
  if (found === undefined) {
    found = normaliseSql(sql);
    if (seen.size >= 2000) seen.delete(seen.keys().next().value);
    if (sql.length < 4000) seen.set(sql, found);
  }
  return found;
}

function report(env, ctx) {
  if (reporting) return;
  reporting = true;
  ctx.waitUntil(
    scheduler.wait(250).then(() => {
      reporting = false;
      return flush(env);
    }),
  );
}

async function flush(env) {
  const statements = counts;
  const writes = written;
  const wrote = rows;
  counts = new Map();
  written = new Map();
  rows = new Map();
  const body = JSON.stringify({
    statements: [...statements.values()],
    written: [...writes],
    rows: [...wrote.values()],
  });
  const answer = await askNode(env, "report", body);
  if (!answer.ok) throw new Error(`the report was not taken: ${answer.status}`);
  if (recorded.size > 50_000) recorded.clear();
  for (const key of statements.keys()) if (key.length < 4000) recorded.add(key);
}

/** Node shuts a database while its file is exchanged: `shut` ends once nothing runs in it any more. */
async function steer(order, env, request) {
  if (order.op === "ingest") return env.IMPORT.get(env.IMPORT.idFromName(order.object)).fetch(request);
  if (order.op === "flush") {
    await flush(env);
    return Response.json({});
  }
  if (order.op === "remove") {
    removed.set(`${order.kind}/${order.id}`, true);
    return Response.json({});
  }
  const entry = databases.get(order.id) ?? (await learn(env, order.id));
  switch (order.op) {
    case "shut": {
      entry.shut = order.message ?? "wait";
      const until = Date.now() + order.graceMs;
      while (entry.running > 0 && Date.now() < until) await scheduler.wait(2);
      return Response.json({ running: entry.running });
    }
    case "open":
      if (entry.object === order.object && entry.gone === order.gone) entry.shut = undefined;
      else databases.set(order.id, { object: order.object, gone: order.gone, shut: undefined, running: 0 });
      return Response.json({});
    case "version":
      return Response.json({
        version: `${born}:${versions.get(order.id) ?? 0}`,
        writing: (writing.get(order.id) ?? 0) > 0,
        lastWriteMs: lastWrites.get(order.id) ?? null,
      });
    default:
      return failure(400, `unknown order ${order.op}`);
  }
}

/** Runs an imported file on a copy of the database: statement by statement, in no transaction of its own, as D1 does. */
export class ImportObject extends DurableObject {
  async fetch(request) {
    const sql = await request.text();
    try {
      const sizeBefore = this.ctx.storage.sql.databaseSize;
      const done = this.ctx.storage.sql.ingest(sql);
      const rest = normaliseSql(done.remainder);
      if (rest.sql !== "") this.ctx.storage.sql.exec(done.remainder);
      await this.ctx.storage.sync();
      const sizeAfter = this.ctx.storage.sql.databaseSize;
      const statements = done.statementCount + (rest.sql === "" ? 0 : 1);
      return Response.json({
        statements,
        rowsRead: done.rowsRead,
        rowsWritten: done.rowsWritten,
        sizeBefore,
        sizeAfter,
      });
    } catch (error) {
      return Response.json({ error: error.message });
    }
  }
}

const failure = (status, message) => new Response(message, { status });
