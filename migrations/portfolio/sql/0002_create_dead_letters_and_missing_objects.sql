-- What went wrong and waits for a person: messages that failed too often, and documents whose object is gone from the bucket.
-- Test data, which had this number, lies in seeds/portfolio/sql and never reaches production.

CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY NOT NULL, -- the message's id in the queue of dead letters
  r2_key TEXT,                  -- of the document, where the message names one
  body TEXT NOT NULL,           -- the message, as JSON
  error TEXT,                   -- why its document failed, as far as that is known
  received_at TEXT NOT NULL     -- ISO 8601, UTC
);

CREATE INDEX dead_letters_by_time ON dead_letters (received_at, id);

CREATE TABLE missing_objects (
  r2_key TEXT PRIMARY KEY NOT NULL,
  document_id TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL
);
