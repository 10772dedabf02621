import { z } from "zod";
import type { State } from "../../state.ts";
import type { GatewayLog, GatewayLogs } from "../ai-gateway.ts";

/** Of each gateway; the oldest make room. */
const keptLogs = 10_000;

const stored = z.object({
  id: z.string(),
  createdAtMs: z.number(),
  durationMs: z.number(),
  model: z.string(),
  step: z.number(),
  statusCode: z.number(),
  cached: z.boolean(),
  tokensIn: z.number().nullable(),
  tokensOut: z.number().nullable(),
  responseType: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  request: z.string(),
  response: z.string(),
  feedback: z.number().nullable(),
  score: z.number().nullable(),
});

const read = (row: Readonly<Record<string, unknown>>): GatewayLog =>
  stored.parse(JSON.parse(String(row["body"])));

/** Logs in the file of the control plane: they are there after a restart. */
export function openGatewayLogs({ sqlite, transaction }: State): GatewayLogs {
  sqlite.exec(`CREATE TABLE IF NOT EXISTS ai_gateway_logs(ordinal INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,
    gateway TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE(account, gateway, id)) STRICT`);
  const insert = sqlite.prepare(
    "INSERT INTO ai_gateway_logs(account, gateway, id, body) VALUES (?, ?, ?, ?)",
  );
  const forget = sqlite.prepare(
    "DELETE FROM ai_gateway_logs WHERE ordinal IN (SELECT ordinal FROM ai_gateway_logs WHERE account = ? AND gateway = ? ORDER BY ordinal DESC LIMIT -1 OFFSET ?)",
  );
  const all = sqlite.prepare(
    "SELECT body FROM ai_gateway_logs WHERE account = ? AND gateway = ? ORDER BY ordinal DESC",
  );
  const one = sqlite.prepare("SELECT body FROM ai_gateway_logs WHERE account = ? AND gateway = ? AND id = ?");
  const update = sqlite.prepare(
    "UPDATE ai_gateway_logs SET body = ? WHERE account = ? AND gateway = ? AND id = ?",
  );
  const removeOne = sqlite.prepare(
    "DELETE FROM ai_gateway_logs WHERE account = ? AND gateway = ? AND id = ?",
  );
  const removeAll = sqlite.prepare("DELETE FROM ai_gateway_logs WHERE account = ? AND gateway = ?");
  const get = (account: string, gateway: string, id: string): GatewayLog | undefined => {
    const row = one.get(account, gateway, id);
    return row === undefined ? undefined : read(row);
  };
  return {
    add(account, gateway, log) {
      transaction(() => {
        insert.run(account, gateway, log.id, JSON.stringify(log));
        forget.run(account, gateway, keptLogs);
      });
    },
    list: (account, gateway) => all.all(account, gateway).map(read),
    get,
    patch(account, gateway, id, patch) {
      const log = get(account, gateway, id);
      if (log === undefined) return false;
      update.run(JSON.stringify({ ...log, ...patch }), account, gateway, id);
      return true;
    },
    remove(account, gateway, ids) {
      if (ids === undefined) removeAll.run(account, gateway);
      else
        transaction(() => {
          for (const id of ids) removeOne.run(account, gateway, id);
        });
    },
  };
}

/** A log as the API lists it. */
export const listedLog = (log: GatewayLog) => ({
  id: log.id,
  created_at: new Date(log.createdAtMs).toISOString(),
  duration: log.durationMs,
  provider: "workers-ai",
  model: log.model,
  model_type: "",
  path: log.model,
  success: log.statusCode < 400,
  status_code: log.statusCode,
  cached: log.cached,
  step: log.step,
  tokens_in: log.tokensIn,
  tokens_out: log.tokensOut,
  // Nothing here costs anything.
  cost: 0,
  custom_cost: false,
  request_type: "",
  request_content_type: "application/json",
  response_content_type: log.responseType,
  metadata: log.metadata === null ? null : JSON.stringify(log.metadata),
  feedback: log.feedback,
  score: log.score,
});

const headCharacters = 10_000;

/** A log by itself: with the beginning of what was sent and answered. */
export const shownLog = (log: GatewayLog) => ({
  ...listedLog(log),
  request_size: Buffer.byteLength(log.request),
  request_head: log.request.slice(0, headCharacters),
  request_head_complete: log.request.length <= headCharacters,
  response_size: Buffer.byteLength(log.response),
  response_head: log.response.slice(0, headCharacters),
  response_head_complete: log.response.length <= headCharacters,
});
