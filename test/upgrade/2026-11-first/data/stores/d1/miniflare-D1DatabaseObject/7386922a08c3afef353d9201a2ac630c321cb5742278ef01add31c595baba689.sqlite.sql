CREATE TABLE _cf_METADATA (
        key INTEGER PRIMARY KEY,
        value BLOB
      );
CREATE TABLE "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE "_mig_lock"(id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT,
  fence INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL DEFAULT 0, note TEXT) STRICT;
CREATE TABLE "_mig_log"(name TEXT PRIMARY KEY, checksum TEXT NOT NULL, chain TEXT NOT NULL,
  phase TEXT NOT NULL, attempt TEXT NOT NULL, fence INTEGER NOT NULL, statements INTEGER NOT NULL,
  waivers TEXT, overrides TEXT, bookmark_before TEXT, schema_before TEXT, schema_after TEXT, tool TEXT NOT NULL, actor TEXT,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;
CREATE TABLE "_mig_meta"(k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT;
CREATE TABLE "_mig_audit"(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT, reason TEXT NOT NULL,
  detail TEXT, actor TEXT, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;
CREATE TABLE "_mig_seeds"(name TEXT PRIMARY KEY, checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;
CREATE TABLE summaries (
  note_id TEXT PRIMARY KEY NOT NULL,
  summary TEXT NOT NULL,
  model TEXT NOT NULL,
  created_at TEXT NOT NULL -- ISO 8601, UTC
);
INSERT INTO "_cf_METADATA" VALUES (2, 28);
INSERT INTO "d1_migrations" VALUES (1, '0001_create_summaries.sql', '2026-11-29 22:45:26');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES ('d1_migrations', 1);
INSERT INTO "_mig_lock" VALUES (1, NULL, 1, 0, 'stage dev, root@vm, process 15441');
INSERT INTO "_mig_log" VALUES ('0001_create_summaries.sql', 'sha256:28fd00a4031be68d63058e644ba4b315bab373efdf03f29ec588dda0b0330369', 'chain:566e17619064f5cbace09f00a58fd244caddf124e61039c0570790db4bc9998c', 'expand', '434c3af8-4d49-4811-8aa0-9dacaa987527', 1, 2, NULL, NULL, '6b0cab06-00920000-00000000-0ecb2c5f18543713ae45d061b5fee1bf', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha256:a5e375f9a83e8b5e369d7411efabcdb5229578fd6c3bed1a16ec58caef5870ed', 'lockstep/1', 'root@vm', '2026-11-29T22:45:26.413Z');
INSERT INTO "_mig_meta" VALUES ('canaries/1', '{"atomic":true,"batchAtomic":true,"assertions":true,"foreignKeys":true,"primary":true}');
INSERT INTO "_mig_meta" VALUES ('stage', 'dev');
INSERT INTO "summaries" VALUES ('4231c1f3b31cbdd624306bd3dc9d933e', 'The text given to me has no sentence that shares words with the question.', '@cf/meta/llama-3.1-8b-instruct', '2026-11-29T22:46:25.098Z');
INSERT INTO "summaries" VALUES ('0912818385fdcf13d66707b8854071cc', 'The text given to me has no sentence that shares words with the question.', '@cf/meta/llama-3.1-8b-instruct', '2026-11-29T22:47:52.376Z');
CREATE INDEX summaries_by_created_at ON summaries (created_at DESC);
PRAGMA user_version = 0;
