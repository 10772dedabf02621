-- Who wrote a note; NULL where nobody said.
ALTER TABLE notes ADD COLUMN author TEXT;
