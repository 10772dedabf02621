-- The language a note is written in, when somebody has said.
ALTER TABLE notes ADD COLUMN language TEXT;
