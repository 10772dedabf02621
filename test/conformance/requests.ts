/** Requests to one database, one after the other, and what is to be read in the end. */
export interface Sequence {
  readonly title: string;
  readonly requests: readonly {
    readonly statements: readonly string[];
    /** What the refusal says. @default - the request is taken */
    readonly refused?: RegExp;
  }[];
  readonly asked: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)";
const family = [
  "CREATE TABLE authors (id INTEGER PRIMARY KEY)",
  "CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE)",
  "INSERT INTO authors VALUES (1)",
  "INSERT INTO books VALUES (7, 1)",
];

/** What the protocol of migrations rests on: a request is whole or nothing, foreign keys hold, triggers run. */
export const sequences: readonly Sequence[] = [
  {
    title: "a statement that fails takes back all of its request, the schema too",
    requests: [
      { statements: [notes, "INSERT INTO notes VALUES (1, 'a')"] },
      {
        statements: [
          "CREATE TABLE half (a)",
          "INSERT INTO notes VALUES (2, 'b')",
          "INSERT INTO notes VALUES (1, 'again')",
        ],
        refused: /UNIQUE constraint failed: notes\.id/,
      },
    ],
    asked:
      "SELECT (SELECT count(*) FROM notes) AS notes, (SELECT count(*) FROM sqlite_schema WHERE name = 'half') AS half",
    rows: [{ notes: 1, half: 0 }],
  },
  {
    title: "a table that is not there is named",
    requests: [
      { statements: [notes] },
      { statements: ["INSERT INTO nowhere VALUES (1)"], refused: /no such table: nowhere/ },
    ],
    asked: "SELECT count(*) AS n FROM notes",
    rows: [{ n: 0 }],
  },
  {
    title: "the text of an assertion comes back",
    requests: [
      {
        statements: [notes, "SELECT json_extract('{}', 'not empty')"],
        refused: /bad JSON path: 'not empty'/,
      },
    ],
    asked: "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'notes'",
    rows: [{ n: 0 }],
  },
  {
    title: "foreign keys are on",
    requests: [
      { statements: family },
      { statements: ["INSERT INTO books VALUES (8, 99)"], refused: /FOREIGN KEY constraint failed/ },
    ],
    asked: "SELECT id FROM books",
    rows: [{ id: 7 }],
  },
  {
    title: "deleting a parent takes its children along",
    requests: [{ statements: family }, { statements: ["DELETE FROM authors"] }],
    asked: "SELECT count(*) AS n FROM books",
    rows: [{ n: 0 }],
  },
  {
    title: "deferred foreign keys may be broken between the statements of one request, and not after it",
    requests: [
      { statements: family },
      {
        statements: [
          "PRAGMA defer_foreign_keys = ON",
          "INSERT INTO books VALUES (8, 2)",
          "INSERT INTO authors VALUES (2)",
        ],
      },
      { statements: ["INSERT INTO books VALUES (9, 3)"], refused: /FOREIGN KEY constraint failed/ },
    ],
    asked: "SELECT id FROM books ORDER BY id",
    rows: [{ id: 7 }, { id: 8 }],
  },
  {
    title: "the rows that are there get the default of a new column",
    requests: [
      { statements: [notes, "INSERT INTO notes VALUES (1, 'a')"] },
      { statements: ["ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 5"] },
    ],
    asked: "SELECT * FROM notes",
    rows: [{ id: 1, title: "a", stars: 5 }],
  },
  {
    title: "a trigger runs for every row that is written after it",
    requests: [
      {
        statements: [
          notes,
          "CREATE TABLE log (what TEXT)",
          "CREATE TRIGGER noted AFTER INSERT ON notes BEGIN INSERT INTO log VALUES (new.title); END",
        ],
      },
      { statements: ["INSERT INTO notes (title) VALUES ('a'), ('b;c')"] },
    ],
    asked: "SELECT what FROM log",
    rows: [{ what: "a" }, { what: "b;c" }],
  },
  {
    title: "a renamed column is followed by the index, the view and the trigger that name it",
    requests: [
      {
        statements: [
          notes,
          "CREATE INDEX by_title ON notes (title)",
          "CREATE VIEW titles AS SELECT title FROM notes",
        ],
      },
      {
        statements: ["ALTER TABLE notes RENAME COLUMN title TO heading", "INSERT INTO notes VALUES (1, 'a')"],
      },
    ],
    asked: "SELECT * FROM titles",
    rows: [{ heading: "a" }],
  },
];
