-- One sentence about a note, written by a model.
CREATE TABLE summaries (
  note_id TEXT PRIMARY KEY NOT NULL,
  summary TEXT NOT NULL,
  model TEXT NOT NULL,
  created_at TEXT NOT NULL -- ISO 8601, UTC
);

CREATE INDEX summaries_by_created_at ON summaries (created_at DESC);
