-- The flag of a dual run, and what was seen in it.
--
-- Rollback: deploy the previous Worker version; the tables may stay.

-- One row: how many of a hundred visitors the new backend answers, and whether both are asked.
CREATE TABLE routing (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  new_percent INTEGER NOT NULL CHECK (new_percent BETWEEN 0 AND 100),
  compare INTEGER NOT NULL CHECK (compare IN (0, 1))
) STRICT;

INSERT INTO routing (id, new_percent, compare) VALUES (1, 0, 1);

CREATE TABLE comparisons (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  served_by TEXT NOT NULL CHECK (served_by IN ('old', 'new')),
  old_ms INTEGER,
  new_ms INTEGER,
  error TEXT -- of the new backend
) STRICT;

CREATE INDEX comparisons_by_time ON comparisons (at);

CREATE TABLE mismatches (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  question TEXT NOT NULL,
  old_answer TEXT NOT NULL,
  new_answer TEXT NOT NULL
) STRICT;

CREATE INDEX mismatches_by_time ON mismatches (at);
