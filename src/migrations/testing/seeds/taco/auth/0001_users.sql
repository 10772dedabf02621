-- Somebody to sign in as. Times are Unix seconds.
INSERT INTO users (id, email, created_at, timezone) VALUES ('user-test-1', 'ada@example.com', 1735689600, 'Europe/Berlin')
ON CONFLICT (id) DO UPDATE SET timezone = excluded.timezone;

INSERT INTO user_preferences (id, user_id, theme, created_at, updated_at) VALUES ('preferences-test-1', 'user-test-1', 'daylight', 1735689600, 1735689600)
ON CONFLICT (id) DO UPDATE SET theme = excluded.theme;
