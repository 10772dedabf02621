import type { Chunk } from "./chunks.ts";
import { chunkId, type Named } from "./document.ts";

/** Statements in one batch: D1 runs a batch as one transaction. */
const statementsPerBatch = 50;

/** A document and its chunks in the database. Every step may be repeated. */
export interface Rows {
  /** The id of the document of a key: a database that was taken over has ids of its own. */
  idOf(key: string): Promise<string | undefined>;
  /** The hash of what the chunks were made from, where all of them are there. */
  readyHash(documentId: string): Promise<string | undefined>;
  begin(document: Named, key: string, hash: string, content: string): Promise<void>;
  putChunks(documentId: string, first: number, chunks: readonly Chunk[]): Promise<void>;
  /** The ids of the chunks from a position on. */
  chunksFrom(documentId: string, position: number): Promise<readonly string[]>;
  removeChunksFrom(documentId: string, position: number): Promise<void>;
  finish(documentId: string): Promise<void>;
  fail(document: Named, key: string, hash: string, error: string): Promise<void>;
  remove(documentId: string): Promise<void>;
}

const upsertDocument = `INSERT INTO documents (id, company_id, company, title, r2_key, content_hash, content, status, error, created_at, updated_at)
VALUES (?1, (SELECT id FROM companies WHERE name = ?2), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
ON CONFLICT (id) DO UPDATE SET company_id = excluded.company_id, company = excluded.company, title = excluded.title,
content_hash = excluded.content_hash, content = excluded.content, status = excluded.status, error = excluded.error, updated_at = excluded.updated_at`;

export function rowsIn(db: D1Database, now: () => string = () => new Date().toISOString()): Rows {
  const put = (
    { id, title, company }: Named,
    {
      key,
      hash,
      content,
      status,
      error,
    }: Readonly<Record<"key" | "hash" | "status", string>> & {
      readonly content: string | null;
      readonly error: string | null;
    },
  ): D1PreparedStatement[] => [
    ...(company === null
      ? []
      : [
          db.prepare("INSERT INTO companies (id, name) VALUES (?1, ?1) ON CONFLICT DO NOTHING").bind(company),
        ]),
    db.prepare(upsertDocument).bind(id, company, title, key, hash, content, status, error, now()),
  ];
  return {
    async idOf(key) {
      const row = await db
        .prepare("SELECT id FROM documents WHERE r2_key = ?")
        .bind(key)
        .first<{ id: string }>();
      return row?.id;
    },
    async readyHash(documentId) {
      const row = await db
        .prepare("SELECT content_hash FROM documents WHERE id = ? AND status = 'ready'")
        .bind(documentId)
        .first<{ content_hash: string }>();
      return row?.content_hash;
    },
    async begin(document, key, hash, content) {
      await db.batch(put(document, { key, hash, content, status: "processing", error: null }));
    },
    async putChunks(documentId, first, chunks) {
      const insert = db.prepare(
        "INSERT INTO chunks (id, document_id, position, content, tokens, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content, tokens = excluded.tokens, created_at = excluded.created_at",
      );
      const statements = chunks.map(({ content, tokens }, index) =>
        insert.bind(chunkId(documentId, first + index), documentId, first + index, content, tokens, now()),
      );
      for (let at = 0; at < statements.length; at += statementsPerBatch)
        await db.batch(statements.slice(at, at + statementsPerBatch));
    },
    async chunksFrom(documentId, position) {
      const { results } = await db
        .prepare("SELECT id FROM chunks WHERE document_id = ? AND position >= ? ORDER BY position")
        .bind(documentId, position)
        .all<{ id: string }>();
      return results.map(({ id }) => id);
    },
    async removeChunksFrom(documentId, position) {
      await db
        .prepare("DELETE FROM chunks WHERE document_id = ? AND position >= ?")
        .bind(documentId, position)
        .run();
    },
    async finish(documentId) {
      await db
        .prepare("UPDATE documents SET status = 'ready', error = NULL, updated_at = ? WHERE id = ?")
        .bind(now(), documentId)
        .run();
    },
    async fail(document, key, hash, error) {
      await db.batch(put(document, { key, hash, content: null, status: "failed", error }));
    },
    async remove(documentId) {
      await db.batch([
        db.prepare("DELETE FROM chunks WHERE document_id = ?").bind(documentId),
        db.prepare("DELETE FROM documents WHERE id = ?").bind(documentId),
      ]);
    },
  };
}
