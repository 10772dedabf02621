import { randomUUID } from "node:crypto";
import type { State } from "../../state.ts";
import type { QueueDelivery } from "../compute.ts";
import type { NewMessage, QueueMetrics, QueueSettings } from "../queues.ts";

/** A message as it lies in the queue; `attempts` counts the failed ones. */
export interface StoredMessage {
  readonly id: string;
  readonly contentType: QueueDelivery["contentType"];
  readonly body: Uint8Array;
  readonly enqueuedMs: number;
  readonly visibleMs: number;
  readonly attempts: number;
  readonly leaseId: string | undefined;
}

/** The two tables of the queues. Every function is one statement or one transaction: a crash is before it or after it. */
export interface MessageStore {
  putSettings(queueId: string, settings: QueueSettings): void;
  settings(queueId: string): QueueSettings | undefined;
  add(queueId: string, messages: readonly NewMessage[], nowMs: number, defaultDelaySeconds: number): void;
  /** What may be handed out now, oldest first. */
  visible(queueId: string, nowMs: number, limit: number): readonly StoredMessage[];
  /** When the next message becomes visible after `nowMs`; undefined when none waits. */
  nextVisibleMs(queueId: string, nowMs: number): number | undefined;
  peek(queueId: string, limit: number): readonly StoredMessage[];
  byLease(queueId: string, leaseId: string): StoredMessage | undefined;
  lease(queueId: string, id: string, leaseId: string, visibleMs: number): void;
  ack(queueId: string, id: string): boolean;
  /** After a failed delivery, which it counts. */
  retry(queueId: string, id: string, visibleMs: number): void;
  /** After a pull, which counted when it leased. */
  release(queueId: string, id: string, visibleMs: number): void;
  /** Moves to the dead-letter queue. It keeps its id; retention counts from now, so that an old message is not lost at once. */
  move(queueId: string, id: string, targetQueueId: string, nowMs: number): void;
  dropOlderThan(queueId: string, enqueuedMs: number): number;
  metrics(queueId: string): QueueMetrics;
  purge(queueId: string): void;
  remove(queueId: string): void;
  transaction<T>(work: () => T): T;
}

export function messageStore(state: State): MessageStore {
  const db = state.sqlite;
  // The second index answers metrics without reading a single body: every send asks for them.
  db.exec(`CREATE TABLE IF NOT EXISTS queues(
      id TEXT PRIMARY KEY, delivery_delay_seconds INTEGER NOT NULL, delivery_paused INTEGER NOT NULL, retention_seconds INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS queue_messages(
      ordinal INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL,
      enqueued_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, lease TEXT, UNIQUE(queue, id)) STRICT;
    CREATE INDEX IF NOT EXISTS queue_messages_visible ON queue_messages(queue, visible_ms);
    CREATE INDEX IF NOT EXISTS queue_messages_size ON queue_messages(queue, enqueued_ms, length(body));`);
  const columns = "id, content_type, body, enqueued_ms, visible_ms, attempts, lease";
  const sql = {
    put: db.prepare(
      "INSERT OR REPLACE INTO queues(id, delivery_delay_seconds, delivery_paused, retention_seconds) VALUES (?, ?, ?, ?)",
    ),
    settings: db.prepare("SELECT * FROM queues WHERE id = ?"),
    add: db.prepare(
      "INSERT INTO queue_messages(queue, id, content_type, body, enqueued_ms, visible_ms) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    visible: db.prepare(
      `SELECT ${columns} FROM queue_messages WHERE queue = ? AND visible_ms <= ? ORDER BY visible_ms, ordinal LIMIT ?`,
    ),
    next: db.prepare("SELECT min(visible_ms) AS at FROM queue_messages WHERE queue = ? AND visible_ms > ?"),
    peek: db.prepare(`SELECT ${columns} FROM queue_messages WHERE queue = ? ORDER BY ordinal LIMIT ?`),
    byLease: db.prepare(`SELECT ${columns} FROM queue_messages WHERE queue = ? AND lease = ?`),
    lease: db.prepare(
      "UPDATE queue_messages SET lease = ?, visible_ms = ?, attempts = attempts + 1 WHERE queue = ? AND id = ?",
    ),
    ack: db.prepare("DELETE FROM queue_messages WHERE queue = ? AND id = ?"),
    retry: db.prepare(
      "UPDATE queue_messages SET attempts = attempts + 1, visible_ms = ?, lease = NULL WHERE queue = ? AND id = ?",
    ),
    release: db.prepare("UPDATE queue_messages SET visible_ms = ?, lease = NULL WHERE queue = ? AND id = ?"),
    move: db.prepare(
      "UPDATE OR REPLACE queue_messages SET queue = ?, attempts = 0, enqueued_ms = ?, visible_ms = ?, lease = NULL WHERE queue = ? AND id = ?",
    ),
    drop: db.prepare("DELETE FROM queue_messages WHERE queue = ? AND enqueued_ms < ?"),
    metrics: db.prepare(
      "SELECT count(*) AS n, coalesce(sum(length(body)), 0) AS bytes, coalesce(min(enqueued_ms), 0) AS oldest FROM queue_messages WHERE queue = ?",
    ),
    purge: db.prepare("DELETE FROM queue_messages WHERE queue = ?"),
    remove: db.prepare("DELETE FROM queues WHERE id = ?"),
  };
  return {
    transaction: (work) => state.transaction(work),
    putSettings(queueId, s) {
      sql.put.run(queueId, s.deliveryDelaySeconds, s.deliveryPaused ? 1 : 0, s.messageRetentionSeconds);
    },
    settings(queueId) {
      const row = sql.settings.get(queueId);
      if (row === undefined) return undefined;
      return {
        deliveryDelaySeconds: Number(row["delivery_delay_seconds"]),
        deliveryPaused: row["delivery_paused"] === 1,
        messageRetentionSeconds: Number(row["retention_seconds"]),
      };
    },
    add(queueId, messages, nowMs, defaultDelaySeconds) {
      state.transaction(() => {
        for (const { contentType, body, delaySeconds } of messages)
          sql.add.run(
            queueId,
            randomUUID().replaceAll("-", ""),
            contentType,
            body,
            nowMs,
            nowMs + (delaySeconds ?? defaultDelaySeconds) * 1000,
          );
      });
    },
    visible: (queueId, nowMs, limit) => sql.visible.all(queueId, nowMs, limit).map(message),
    nextVisibleMs(queueId, nowMs) {
      const at = sql.next.get(queueId, nowMs)?.["at"];
      return typeof at === "number" ? at : undefined;
    },
    peek: (queueId, limit) => sql.peek.all(queueId, limit).map(message),
    byLease(queueId, leaseId) {
      const row = sql.byLease.get(queueId, leaseId);
      return row === undefined ? undefined : message(row);
    },
    lease(queueId, id, leaseId, visibleMs) {
      sql.lease.run(leaseId, visibleMs, queueId, id);
    },
    ack: (queueId, id) => sql.ack.run(queueId, id).changes === 1,
    retry(queueId, id, visibleMs) {
      sql.retry.run(visibleMs, queueId, id);
    },
    release(queueId, id, visibleMs) {
      sql.release.run(visibleMs, queueId, id);
    },
    move(queueId, id, targetQueueId, nowMs) {
      sql.move.run(targetQueueId, nowMs, nowMs, queueId, id);
    },
    dropOlderThan: (queueId, enqueuedMs) => Number(sql.drop.run(queueId, enqueuedMs).changes),
    metrics(queueId) {
      const row = sql.metrics.get(queueId) ?? {};
      return {
        backlogCount: Number(row["n"]),
        backlogBytes: Number(row["bytes"]),
        oldestMessageTimestampMs: Number(row["oldest"]),
      };
    },
    purge(queueId) {
      sql.purge.run(queueId);
    },
    remove(queueId) {
      state.transaction(() => {
        sql.purge.run(queueId);
        sql.remove.run(queueId);
      });
    },
  };
}

function message(row: Record<string, unknown>): StoredMessage {
  const body = row["body"];
  if (!(body instanceof Uint8Array)) throw new Error(`queue message ${String(row["id"])} has no body`);
  return {
    id: String(row["id"]),
    contentType: contentType(String(row["content_type"])),
    body,
    enqueuedMs: Number(row["enqueued_ms"]),
    visibleMs: Number(row["visible_ms"]),
    attempts: Number(row["attempts"]),
    leaseId: typeof row["lease"] === "string" ? row["lease"] : undefined,
  };
}

/** Reads a content type as workerd and the API write it; throws on any other word. */
export function contentType(text: string): QueueDelivery["contentType"] {
  switch (text) {
    case "json":
    case "text":
    case "bytes":
    case "v8":
      return text;
    default:
      throw new Error(`unknown content type ${JSON.stringify(text)} of a queue message`);
  }
}
