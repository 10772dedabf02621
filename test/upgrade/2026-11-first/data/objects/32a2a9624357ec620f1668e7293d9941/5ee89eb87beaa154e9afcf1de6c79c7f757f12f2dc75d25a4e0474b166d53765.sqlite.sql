CREATE TABLE _cf_KV (
        key TEXT PRIMARY KEY,
        value BLOB
      ) WITHOUT ROWID;
INSERT INTO "_cf_KV" VALUES ('count', X'ff0f4902');
PRAGMA user_version = 0;
