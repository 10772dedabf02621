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
CREATE TABLE notes (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  r2_key TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  created_at TEXT NOT NULL, -- ISO 8601, UTC
  queued_at TEXT            -- when its messages were sent; NULL: not yet
);
INSERT INTO "_cf_METADATA" VALUES (2, 68);
INSERT INTO "d1_migrations" VALUES (1, '0001_create_notes.sql', '2026-11-29 22:46:17');
INSERT INTO "d1_migrations" VALUES (2, '0002_add_language.sql', '2026-11-29 22:47:00');
INSERT INTO "d1_migrations" VALUES (3, '0003_drop_language.sql', '2026-11-29 22:47:49');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES ('d1_migrations', 3);
INSERT INTO "_mig_lock" VALUES (1, NULL, 3, 0, 'stage prod, root@vm, process 17647');
INSERT INTO "_mig_log" VALUES ('0001_create_notes.sql', 'sha256:3c8435ac53a8965cf222d45182413b6bc9359243ff3b4aacbbad34a0dbff2d21', 'chain:32b0b5014b94a76ef7270d362c53478b198b336df9345c7f75fc95f713fe5783', 'expand', 'ea99eb52-8ed8-4f00-b276-261b65135c64', 1, 2, NULL, NULL, '6b0cab39-01540000-00000000-bef025acce5a5c4ee87e615e4ccbf4fb', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'lockstep/1', 'root@vm', '2026-11-29T22:46:17.387Z');
INSERT INTO "_mig_log" VALUES ('0002_add_language.sql', 'sha256:86a34d41b8286aba2c8178218a83337a8b23db5defbd9846c19711fef8804f29', 'chain:c6aba21ba2a5553b14eade6cc90e8b86f0bcb3f8ba37128dfd414b1673c6bb33', 'expand', '32f34ca5-dbb0-43b2-a8c5-19a43961f492', 2, 1, NULL, NULL, '6b0cab64-01230000-00000000-7be675a23afd4d120c38d9f37ef82595', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'sha256:a41e1674df212bdd3384bc4e99d59adec5a00e136f8cd1c0b4123fdaf437eb9f', 'lockstep/1', 'root@vm', '2026-11-29T22:47:00.333Z');
INSERT INTO "_mig_log" VALUES ('0003_drop_language.sql', 'sha256:d43eb67098bf5dfe1cbbc1845f8fe85b6cee1156326344d054016c35e41f5d3d', 'chain:7962e1b753f95d78540a848f0e7b726926d25319d711a67caa2b4db16d915f1b', 'contract', '7fd62ff7-c386-40b5-bc38-6c78727c731d', 3, 1, '[{"code":"DL2","reason":"nobody ever said a language","line":3}]', NULL, '6b0cab95-02930000-00000000-68e8f80544fe91b696c0798c705a6edc', 'sha256:a41e1674df212bdd3384bc4e99d59adec5a00e136f8cd1c0b4123fdaf437eb9f', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'lockstep/1', 'root@vm', '2026-11-29T22:47:49.748Z');
INSERT INTO "_mig_meta" VALUES ('canaries/1', '{"atomic":true,"batchAtomic":true,"assertions":true,"foreignKeys":true,"primary":true}');
INSERT INTO "_mig_meta" VALUES ('stage', 'prod');
INSERT INTO "notes" VALUES ('4231c1f3b31cbdd624306bd3dc9d933e', 'Tides', 'The moon pulls the sea.', 'notes/4231c1f3b31cbdd624306bd3dc9d933e.txt', '4231c1f3b31cbdd624306bd3dc9d933e', '2026-11-29T22:46:24.223Z', '2026-11-29T22:46:24.293Z');
CREATE INDEX notes_by_created_at ON notes (created_at DESC, id);
PRAGMA user_version = 0;
