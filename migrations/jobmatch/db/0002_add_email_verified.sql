-- Whether somebody proved that the address is theirs. Comes before the code that reads it: expand, then deploy.
--
-- Rollback: deploy the previous Worker version; the column has a default and may stay.

ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1));

-- d1:verify nobody is verified without proof
-- SELECT count(*) = 0 FROM users WHERE email_verified <> 0
