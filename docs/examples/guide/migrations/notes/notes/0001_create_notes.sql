-- Notes, and how many words each has: counted by the queue, NULL until then.
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  words INTEGER
);
