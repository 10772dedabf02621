-- People, the accounts they sign in with, their résumés, the jobs they look at, and how well both fit.

CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT,
  avatar_key TEXT, -- object in the avatars bucket
  created_at TEXT NOT NULL -- ISO 8601, UTC
);

CREATE TABLE identities (
  issuer TEXT NOT NULL, -- who vouches for the person: an OpenID provider's address
  subject TEXT NOT NULL, -- the person's id there
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;

CREATE INDEX identities_by_user ON identities (user_id);

CREATE TABLE resumes (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  r2_key TEXT NOT NULL UNIQUE, -- object in the resumes bucket
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  created_at TEXT NOT NULL
);

CREATE INDEX resumes_by_user ON resumes (user_id, created_at);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  company TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE analyses (
  resume_id TEXT NOT NULL REFERENCES resumes (id) ON DELETE CASCADE,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  score REAL NOT NULL CHECK (score BETWEEN -1 AND 1), -- cosine of both embeddings
  summary TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (resume_id, job_id)
) WITHOUT ROWID;

CREATE INDEX analyses_by_job ON analyses (job_id);

CREATE TABLE applications (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  resume_id TEXT REFERENCES resumes (id) ON DELETE SET NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (user_id, job_id)
) WITHOUT ROWID;

CREATE INDEX applications_by_job ON applications (job_id);
CREATE INDEX applications_by_resume ON applications (resume_id);
