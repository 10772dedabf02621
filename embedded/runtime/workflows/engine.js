// A Workflow's cell: Miniflare's engine, with what it lacks. It knows its instances, goes on with them after a restart, and
// refuses the id of an instance that is there already.
import { DurableObject } from "cloudflare:workers";
import { described } from "./describe.js";
import { Engine as MiniflareEngine, WorkflowBinding } from "./miniflare-engine.js";

const statuses = [
  "queued",
  "running",
  "paused",
  "errored",
  "terminated",
  "complete",
  "waitingForPause",
  "waiting",
];
const over = new Set(["errored", "terminated", "complete"]);
/** How often an instance that runs sees to it that it does. */
const beatMs = 2_000;
/** Runs in a row that were cut at once; then it is taken for an error of the code. */
const mostLost = 5;
const cut = /Network connection lost|did not become available|because its code was updated/;
const mostOfBatch = 100;

/** One instance. */
export class Engine extends MiniflareEngine {
  constructor(state, env) {
    super(state, { ...env, USER_WORKFLOW: { run: (event, step) => this.runs(event, step) } });
    this.user = env.USER_WORKFLOW;
  }
  /** Where the code was replaced or ended in the middle, the instance begins anew: finished steps are not done again. */
  async runs(event, step) {
    const begun = Date.now();
    try {
      return await this.user.run(event, step);
    } catch (error) {
      if (!cut.test(error?.message ?? "")) throw error;
      const lost = Date.now() - begun < beatMs ? ((await this.ctx.storage.get("LOST")) ?? 0) + 1 : 0;
      if (lost >= mostLost) throw error;
      await this.ctx.storage.put("LOST", lost);
      await this.ctx.storage.setAlarm(Date.now() + beatMs);
      await this.ctx.storage.sync();
      this.ctx.abort("the code of the Workflow was replaced");
    }
  }
  async init(...args) {
    await this.ctx.storage.setAlarm(Date.now() + beatMs);
    return super.init(...args);
  }
  async statusName() {
    return statuses[await this.getStatus()] ?? "unknown";
  }
  /** Alarms outlive the process: this is how an instance comes back. */
  async alarm() {
    const kept = await this.ctx.storage.get("INSTANCE_METADATA");
    const status = kept === undefined ? "complete" : await this.statusName();
    if (over.has(status) || status === "paused") return;
    await this.ctx.storage.setAlarm(Date.now() + beatMs);
    if (this.isRunning) return;
    const { accountId, workflow, version, instance, event } = kept;
    super.init(accountId, workflow, version, instance, event).catch(() => {}); // an instance keeps its own errors
  }
  async describe() {
    const kept = await this.ctx.storage.get("INSTANCE_METADATA");
    const rows = [
      ...this.ctx.storage.sql.exec(
        "SELECT timestamp, event, groupKey, target, metadata FROM states ORDER BY id",
      ),
    ];
    return described(await this.statusName(), kept?.event.payload, rows);
  }
}

/** The ids of all instances, in the order in which they were started. */
export class Instances extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS instances (id TEXT PRIMARY KEY NOT NULL, created_on TEXT NOT NULL)",
    );
  }
  add(id) {
    const sql = "INSERT INTO instances (id, created_on) VALUES (?, ?) ON CONFLICT DO NOTHING";
    return this.ctx.storage.sql.exec(sql, id, new Date().toISOString()).rowsWritten > 0;
  }
  has(id) {
    return [...this.ctx.storage.sql.exec("SELECT 1 FROM instances WHERE id = ?", id)].length > 0;
  }
  all() {
    return [
      ...this.ctx.storage.sql.exec(
        "SELECT id, created_on FROM instances ORDER BY created_on DESC, rowid DESC",
      ),
    ];
  }
}

const registry = (env) => env.INSTANCES.get(env.INSTANCES.idFromName("all"));
const engineOf = (env, id) => env.ENGINE.get(env.ENGINE.idFromName(id));

/** What bindings reach. */
export class Workflow extends WorkflowBinding {
  async start({ id = crypto.randomUUID(), params = {} } = {}) {
    if (!/^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,99}$/.test(id)) throw new Error("Workflow instance has invalid id");
    if (!(await registry(this.env).add(id)))
      throw new Error("(instance.already_exists) Instance already exists");
    await this.create({ id, params });
    return { id };
  }
  async startBatch(batch) {
    if (!Array.isArray(batch) || batch.length === 0 || batch.length > mostOfBatch)
      throw new Error(`a batch has 1 to ${mostOfBatch} instances`);
    const ids = [];
    for (const each of batch) {
      if (each.id !== undefined && (await registry(this.env).has(each.id))) continue;
      ids.push((await this.start(each)).id);
    }
    return ids;
  }
  async instance(id, method, args) {
    if (!(await registry(this.env).has(id))) throw new Error("(instance.not_found) Instance not found");
    const handle = await this.get(id);
    switch (method) {
      case "status": {
        const { status, output, error } = await handle.status();
        return { status, output, ...(error && { error }) };
      }
      case "pause":
      case "resume":
      case "restart":
      case "terminate":
      case "sendEvent":
        return handle[method](...args);
      default:
        throw new Error(`an instance has no ${method}`);
    }
  }
}

/** What the API asks. A refusal is an answer, too. */
export default {
  async fetch(request, env, ctx) {
    const { method, id, args } = await request.json();
    const engine = new Workflow(ctx, env);
    try {
      switch (method) {
        case "start":
          return Response.json({ result: await engine.start(args) });
        case "list":
          return Response.json({
            result: await Promise.all((await registry(env).all()).map((each) => row(env, each))),
          });
        case "describe":
          if (!(await registry(env).has(id))) throw new Error("(instance.not_found) Instance not found");
          return Response.json({ result: await engineOf(env, id).describe() });
        default:
          return Response.json({ result: (await engine.instance(id, method, args)) ?? null });
      }
    } catch (error) {
      return Response.json({ error: String(error?.message ?? error) });
    }
  },
};

async function row(env, { id, created_on }) {
  const { status, start, end } = await engineOf(env, id).describe();
  return {
    id,
    created_on,
    modified_on: end ?? start ?? created_on,
    started_on: start,
    ended_on: end,
    status,
  };
}
