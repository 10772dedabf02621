-- email is UNIQUE, which is an index already: a second one found nothing sooner, and each written row was billed for it too.
--
-- Rollback: deploy the previous Worker version; no code names the index.

DROP INDEX idx_users_email;
