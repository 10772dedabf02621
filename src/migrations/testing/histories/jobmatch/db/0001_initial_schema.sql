-- People, the jobs they look at, and how well both fit.

CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT,
  avatar_key TEXT, -- object in the avatars bucket
  created_at TEXT NOT NULL -- ISO 8601, UTC
);

CREATE TABLE resumes (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  r2_key TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
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

CREATE TABLE matches (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  score REAL NOT NULL CHECK (score BETWEEN -1 AND 1),
  analysis TEXT,
  created_at TEXT NOT NULL,
  PRIMARY KEY (user_id, job_id)
) WITHOUT ROWID;

CREATE INDEX matches_by_job ON matches (job_id);
