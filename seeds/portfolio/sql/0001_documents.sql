-- A company with two short documents, for trying out a search.
INSERT INTO companies (id, name) VALUES ('company-test', 'Example Ltd') ON CONFLICT (id) DO UPDATE SET name = excluded.name;

INSERT INTO documents (id, company_id, title, r2_key, content_hash, status, created_at, updated_at, company, content) VALUES
  ('document-test-1', 'company-test', 'Queues', 'test/queues.md', 'test-1', 'ready', '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z', 'Example Ltd', 'A queue keeps a message until somebody has done its work.'),
  ('document-test-2', 'company-test', 'Buckets', 'test/buckets.md', 'test-2', 'ready', '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z', 'Example Ltd', 'A bucket keeps objects under their names.')
ON CONFLICT (id) DO UPDATE SET title = excluded.title, content = excluded.content;

INSERT INTO chunks (id, document_id, position, content, created_at, tokens) VALUES
  ('document-test-1#0', 'document-test-1', 0, 'A queue keeps a message until somebody has done its work.', '2025-01-01T00:00:00Z', 14),
  ('document-test-2#0', 'document-test-2', 0, 'A bucket keeps objects under their names.', '2025-01-01T00:00:00Z', 10)
ON CONFLICT (id) DO UPDATE SET content = excluded.content, tokens = excluded.tokens;
