-- Titles; the text of a note is an object in R2, named by the id.
CREATE TABLE notes (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL
);
