-- Notes as lists need them; the text itself is an object in R2, named by r2_key.
CREATE TABLE notes (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  r2_key TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  created_at TEXT NOT NULL, -- ISO 8601, UTC
  queued_at TEXT            -- when its messages were sent; NULL: not yet
);

CREATE INDEX notes_by_created_at ON notes (created_at DESC, id);
