-- Who is signed in, and who is about to be. Digests alone: what is in here signs nobody in. Times are Unix seconds.
--
-- Rollback: deploy the previous Worker version; the tables may stay.

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL, -- SHA-256 of the token
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);

CREATE INDEX idx_sessions_user ON sessions (user_id);

CREATE TABLE login_codes (
  email TEXT PRIMARY KEY NOT NULL,
  code_digest TEXT NOT NULL, -- SHA-256 of address and code
  attempts INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
