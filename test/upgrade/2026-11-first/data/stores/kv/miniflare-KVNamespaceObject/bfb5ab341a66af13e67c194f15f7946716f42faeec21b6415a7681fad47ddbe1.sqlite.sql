CREATE TABLE _mf_entries (
  key TEXT PRIMARY KEY,
  blob_id TEXT NOT NULL,
  expiration INTEGER,
  metadata TEXT
);
INSERT INTO "_mf_entries" VALUES ('title', 'fe0e53fabfd5aa19791cc4f1c81939fd05e3497d04c262ba24c3027152468a27000001a2297e4899', NULL, NULL);
CREATE INDEX _mf_entries_expiration_idx ON _mf_entries(expiration);
PRAGMA user_version = 0;
