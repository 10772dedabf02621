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
INSERT INTO "_cf_METADATA" VALUES (2, 73);
INSERT INTO "d1_migrations" VALUES (1, '0001_create_notes.sql', '2026-11-29 22:45:26');
INSERT INTO "d1_migrations" VALUES (2, '0002_add_language.sql', '2026-11-29 22:46:33');
INSERT INTO "d1_migrations" VALUES (3, '0003_drop_language.sql', '2026-11-29 22:47:24');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES ('d1_migrations', 3);
INSERT INTO "_mig_lock" VALUES (1, NULL, 3, 0, 'stage dev, root@vm, process 17319');
INSERT INTO "_mig_log" VALUES ('0001_create_notes.sql', 'sha256:3c8435ac53a8965cf222d45182413b6bc9359243ff3b4aacbbad34a0dbff2d21', 'chain:32b0b5014b94a76ef7270d362c53478b198b336df9345c7f75fc95f713fe5783', 'expand', '735f655e-c89e-480f-acf1-c437d7eda491', 1, 2, NULL, NULL, '6b0cab06-005b0000-00000000-30fa1bfd85be7545105cbd90f9b25ec9', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'lockstep/1', 'root@vm', '2026-11-29T22:45:26.374Z');
INSERT INTO "_mig_log" VALUES ('0002_add_language.sql', 'sha256:86a34d41b8286aba2c8178218a83337a8b23db5defbd9846c19711fef8804f29', 'chain:c6aba21ba2a5553b14eade6cc90e8b86f0bcb3f8ba37128dfd414b1673c6bb33', 'expand', '60354a7a-fefe-43a2-ad2c-324423421bc1', 2, 1, NULL, NULL, '6b0cab49-01240000-00000000-f51abdf3fbcaca00a8ee1c4eb22679b4', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'sha256:a41e1674df212bdd3384bc4e99d59adec5a00e136f8cd1c0b4123fdaf437eb9f', 'lockstep/1', 'root@vm', '2026-11-29T22:46:33.367Z');
INSERT INTO "_mig_log" VALUES ('0003_drop_language.sql', 'sha256:d43eb67098bf5dfe1cbbc1845f8fe85b6cee1156326344d054016c35e41f5d3d', 'chain:7962e1b753f95d78540a848f0e7b726926d25319d711a67caa2b4db16d915f1b', 'contract', 'f22bb49d-c015-4232-9da9-897e60d1b08d', 3, 1, '[{"code":"DL2","reason":"nobody ever said a language","line":3}]', NULL, '6b0cab7c-012c0000-00000000-2424df2b44e52969d1ba57a976a222d1', 'sha256:a41e1674df212bdd3384bc4e99d59adec5a00e136f8cd1c0b4123fdaf437eb9f', 'sha256:6b16951fb45e160bc99cd59c5fb7b15360b2c76676287cd16e12a5cef228b799', 'lockstep/1', 'root@vm', '2026-11-29T22:47:24.423Z');
INSERT INTO "_mig_meta" VALUES ('canaries/1', '{"atomic":true,"batchAtomic":true,"assertions":true,"foreignKeys":true,"primary":true}');
INSERT INTO "_mig_meta" VALUES ('stage', 'dev');
INSERT INTO "notes" VALUES ('4231c1f3b31cbdd624306bd3dc9d933e', 'Tides', 'The moon pulls the sea.', 'notes/4231c1f3b31cbdd624306bd3dc9d933e.txt', '4231c1f3b31cbdd624306bd3dc9d933e', '2026-11-29T22:46:23.684Z', '2026-11-29T22:46:23.830Z');
INSERT INTO "notes" VALUES ('0912818385fdcf13d66707b8854071cc', 'Bread', 'Flour, water, salt, time.', 'notes/0912818385fdcf13d66707b8854071cc.txt', '0912818385fdcf13d66707b8854071cc', '2026-11-29T22:47:50.926Z', '2026-11-29T22:47:51.105Z');
CREATE INDEX notes_by_created_at ON notes (created_at DESC, id);
PRAGMA user_version = 0;
