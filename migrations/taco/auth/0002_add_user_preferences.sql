-- How somebody wants to see things, and whether they want mail.
--
-- Rollback: deploy the previous Worker version; the table may stay.

CREATE TABLE user_preferences (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  theme TEXT NOT NULL DEFAULT 'daylight',
  notifications_enabled INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

CREATE INDEX idx_user_prefs_user ON user_preferences (user_id);
