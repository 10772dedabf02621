CREATE TABLE _mf_entries (
  key TEXT PRIMARY KEY,
  blob_id TEXT NOT NULL,
  expiration INTEGER,
  metadata TEXT
);
INSERT INTO "_mf_entries" VALUES ('title', '30f006a71ece247d02f148aef30009349db2890e1dee1e43aad4b607f6d72d4b000001a2297e4727', NULL, NULL);
CREATE INDEX _mf_entries_expiration_idx ON _mf_entries(expiration);
PRAGMA user_version = 0;
