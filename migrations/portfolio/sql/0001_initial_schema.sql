-- Documents of a portfolio, cut into chunks that are embedded and searched.

CREATE TABLE companies (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE documents (
  id TEXT PRIMARY KEY NOT NULL,
  company_id TEXT REFERENCES companies (id),
  title TEXT NOT NULL,
  r2_key TEXT NOT NULL UNIQUE,
  content_hash TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'ready', 'failed')),
  error TEXT,
  created_at TEXT NOT NULL, -- ISO 8601, UTC
  updated_at TEXT NOT NULL
);

CREATE INDEX documents_by_status ON documents (status, updated_at);
CREATE INDEX documents_by_company ON documents (company_id);

CREATE TABLE chunks (
  id TEXT PRIMARY KEY NOT NULL, -- also the vector's id in Vectorize
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  content TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (document_id, position)
);
