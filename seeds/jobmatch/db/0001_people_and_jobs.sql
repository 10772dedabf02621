-- Two people, one of them verified, and two jobs that fit them differently well. Jobs that are seeded are listed; searched for
-- are those that came in through the API, which embeds them.
INSERT INTO users (id, email, name, created_at, email_verified) VALUES
  ('user-test-1', 'ada@example.com', 'Ada', '2025-01-01T00:00:00Z', 1),
  ('user-test-2', 'grace@example.com', 'Grace', '2025-01-01T00:00:00Z', 0)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, email_verified = excluded.email_verified;

-- So that both can sign in by their address, where a stage does it so.
INSERT INTO identities (issuer, subject, user_id, created_at) VALUES
  ('email', 'ada@example.com', 'user-test-1', '2025-01-01T00:00:00Z'),
  ('email', 'grace@example.com', 'user-test-2', '2025-01-01T00:00:00Z')
ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id;

INSERT INTO jobs (id, title, company, description, created_at) VALUES
  ('job-test-1', 'Compiler engineer', 'Example Ltd', 'Write compilers and the documents about them.', '2025-01-01T00:00:00Z'),
  ('job-test-2', 'Gardener', 'Example Gardens', 'Keep plants alive.', '2025-01-01T00:00:00Z')
ON CONFLICT (id) DO UPDATE SET description = excluded.description;
