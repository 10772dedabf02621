import { expect, test } from "vitest";
import { live } from "../testing/live.ts";

const content = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, status TEXT, n INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body TEXT);
CREATE TABLE chunks (id TEXT PRIMARY KEY, doc TEXT, position INTEGER, offset INTEGER);
CREATE TABLE tags (id INTEGER PRIMARY KEY, label TEXT CHECK ("label" IN ('x', 'y')), chunk TEXT);
CREATE TABLE memos (id INTEGER PRIMARY KEY, body TEXT, updated_at TEXT);
CREATE VIRTUAL TABLE memos_fts USING fts5 (body);
CREATE TRIGGER memos_au AFTER UPDATE ON memos BEGIN DELETE FROM memos_fts WHERE rowid = old.id; INSERT INTO memos_fts (rowid, body) VALUES (new.id, new.body); END;
CREATE TRIGGER memos_touch AFTER UPDATE ON memos WHEN new.updated_at IS old.updated_at BEGIN UPDATE memos SET updated_at = 'now' WHERE id = new.id; END;
CREATE TABLE nodes (id INTEGER PRIMARY KEY, up INTEGER REFERENCES nodes (id), head INTEGER REFERENCES heads (id), beside INTEGER);
CREATE TABLE heads (id INTEGER PRIMARY KEY, node INTEGER REFERENCES nodes (id));
INSERT INTO nodes (id, up) VALUES (1, NULL), (2, 1);
INSERT INTO users VALUES (1, 'a', 'x', 1), (2, 'b', 'y', 2), (3, 'c', NULL, 3);
INSERT INTO posts VALUES (1, 1, 'p');
INSERT INTO chunks VALUES ('a', 'd', 1, 1), ('b', NULL, 2, 2);
INSERT INTO tags VALUES (1, 'x', 'a'), (2, 'x', 'b'), (3, 'y', 'none');
INSERT INTO memos VALUES (1, 'm', 't');
`;
const contract = "-- d1:phase contract\n";
const rebuild = (table: string, definition: string, copy: string): string =>
  `${contract}CREATE TABLE n (${definition});\n${copy};\nDROP TABLE ${table};\nALTER TABLE n RENAME TO ${table};`;
const chunk = "id TEXT PRIMARY KEY, doc TEXT, position INTEGER, offset INTEGER";

/** What teams write every week: it loses nothing, and nobody is to be stopped. */
const cases: Readonly<Record<string, readonly string[]>> = {
  "duplicates deleted, then a unique index": [
    `${contract}DELETE FROM tags WHERE id NOT IN (SELECT min(id) FROM tags GROUP BY label);\nCREATE UNIQUE INDEX tags_label ON tags (label);`,
  ],
  "duplicates deleted in an earlier pending file": [
    "DELETE FROM tags WHERE id NOT IN (SELECT min(id) FROM tags GROUP BY label);",
    `${contract}CREATE UNIQUE INDEX tags_label ON tags (label);`,
  ],
  "a CHECK whose exceptions the copy corrects": [
    rebuild(
      "chunks",
      "id TEXT PRIMARY KEY, doc TEXT, position INTEGER CHECK (position > 1), offset INTEGER",
      'INSERT INTO n (id, doc, position, "offset") SELECT id, doc, CASE WHEN position = 1 THEN 3 ELSE position END, "offset" FROM chunks',
    ),
  ],
  "a CHECK whose exceptions an UPDATE corrects": [
    `${contract}UPDATE chunks SET position = 2 WHERE position < 2;\n${rebuild("chunks", "id TEXT PRIMARY KEY, doc TEXT, position INTEGER CHECK (position > 1), offset INTEGER", "INSERT INTO n SELECT * FROM chunks").replace(contract, "")}`,
  ],
  "a reference whose parents an INSERT makes": [
    `${contract}INSERT INTO chunks (id) SELECT DISTINCT chunk FROM tags WHERE chunk NOT IN (SELECT id FROM chunks);\n${rebuild("tags", "id INTEGER PRIMARY KEY, label TEXT CHECK (label IN ('x', 'y')), chunk TEXT REFERENCES chunks (id)", "INSERT INTO n SELECT * FROM tags").replace(contract, "")}`,
  ],
  "one more value for a CHECK, before the code": [
    "CREATE TABLE n (id INTEGER PRIMARY KEY, label TEXT CHECK (label IN ('y', 'x', 'z')), chunk TEXT);\nINSERT INTO n SELECT * FROM tags;\nDROP TABLE tags;\nALTER TABLE n RENAME TO tags;",
  ],
  "a column that is added, and then a rebuild that knows of it": [
    rebuild(
      "chunks",
      `${chunk}, slug TEXT UNIQUE`,
      "INSERT INTO n (`id`, `doc`, `position`, `offset`) SELECT `id`, `doc`, `position`, `offset` FROM `chunks`",
    ).replace(contract, `${contract}ALTER TABLE chunks ADD slug TEXT;--> statement-breakpoint\n`),
  ],
  "checks that call columns by the table's name": [
    `CREATE TABLE \`__new_tags\` (\`id\` integer PRIMARY KEY, \`label\` text, \`chunk\` text, CONSTRAINT "label_check" CHECK("__new_tags"."label" IN ('x', 'y', 'z')));--> statement-breakpoint\nINSERT INTO \`__new_tags\`("id", "label", "chunk") SELECT "id", "label", "chunk" FROM \`tags\`;--> statement-breakpoint\nDROP TABLE \`tags\`;--> statement-breakpoint\nALTER TABLE \`__new_tags\` RENAME TO \`tags\`;`,
    rebuild(
      "tags",
      "id INTEGER PRIMARY KEY, label TEXT CHECK (label IN ('x', 'y', 'z')), chunk TEXT CHECK (tags.chunk <> 'never')",
      "INSERT INTO n SELECT * FROM tags",
    ).replace("(tags.", "(n."),
  ],
  "a unique index over an expression of a new column in double quotes": [
    'ALTER TABLE users ADD COLUMN handle TEXT;\nCREATE UNIQUE INDEX users_handle ON users (lower("handle")) WHERE "handle" IS NOT NULL;',
  ],
  "a CHECK of a new column with a default, in double quotes": [
    rebuild(
      "chunks",
      `${chunk}, state TEXT NOT NULL DEFAULT 'new' CHECK ("state" IN ('new', 'old'))`,
      "INSERT INTO n (id, doc, position, offset) SELECT * FROM chunks",
    ),
  ],
  "columns whose names are words of SQL": [
    rebuild(
      "chunks",
      `${chunk}, more TEXT`,
      "INSERT INTO n (id, doc, position, offset) SELECT id, doc, position, offset FROM chunks AS old ORDER BY position, offset",
    ),
  ],
  "NOT NULL, filled in the copy": [
    rebuild(
      "chunks",
      "id TEXT PRIMARY KEY, doc TEXT NOT NULL, position INTEGER NOT NULL DEFAULT 0, offset INTEGER",
      "INSERT INTO n SELECT id, coalesce(doc, '') AS doc, ifnull(position, 0), \"offset\" FROM chunks",
    ),
  ],
  "a column renamed by its rebuild": [
    rebuild(
      "chunks",
      "id TEXT PRIMARY KEY, document TEXT, position INTEGER, offset INTEGER",
      'INSERT INTO n (id, document, position, "offset") SELECT id, doc, position, "offset" FROM chunks',
    ),
  ],
  "a column renamed before its table is rebuilt": [
    `${contract}ALTER TABLE chunks RENAME COLUMN doc TO document;\n${rebuild("chunks", "id TEXT PRIMARY KEY, document TEXT, position INTEGER, offset INTEGER", "INSERT INTO n SELECT * FROM chunks").replace(contract, "")}`,
  ],
  "a row that is new besides the copied ones": [
    rebuild("chunks", chunk, "INSERT INTO n SELECT * FROM chunks;\nINSERT INTO n VALUES ('c', 'd', 3, 3)"),
  ],
  "a row that is deleted by name after the copy": [
    rebuild("chunks", chunk, "INSERT INTO n SELECT * FROM chunks;\nDELETE FROM n WHERE id = 'a'"),
  ],
  "the table moved aside, copied back and dropped": [
    `${contract}ALTER TABLE chunks RENAME TO chunks_old;\nCREATE TABLE chunks (${chunk}, more TEXT);\nINSERT INTO chunks (id, doc, position, "offset") SELECT id, doc, position, "offset" FROM chunks_old;\nDROP TABLE chunks_old;`,
  ],
  "a new column, renamed and filled": [
    "ALTER TABLE users ADD COLUMN z TEXT;\nALTER TABLE users RENAME COLUMN z TO slug;\nUPDATE users SET slug = lower(email) || id;\nCREATE UNIQUE INDEX users_slug ON users (slug);",
  ],
  "new columns of a rebuild, filled after the copy": [
    rebuild(
      "chunks",
      `${chunk}, size INTEGER`,
      'INSERT INTO n (id, doc, position, "offset") SELECT * FROM chunks;\nUPDATE n SET size = length(doc)',
    ),
  ],
  "rows with a search index that triggers keep": ["UPDATE memos SET body = 'z' WHERE id = 1;"],
  "values from another table": [
    "UPDATE users SET status = p.body FROM posts AS p WHERE p.user_id = users.id;",
    "UPDATE users AS u SET status = 'y' WHERE u.id IN (SELECT user_id FROM posts WHERE body = 'p');",
  ],
  "an upsert by key": [
    "INSERT INTO chunks (id, doc) VALUES ('a', 'x') ON CONFLICT (id) DO UPDATE SET doc = excluded.doc;",
  ],
  "orphans deleted": ["DELETE FROM tags WHERE chunk NOT IN (SELECT id FROM chunks);"],
  "a walk down a tree": [
    "WITH RECURSIVE below (id) AS (SELECT 1 UNION ALL SELECT nodes.id FROM nodes JOIN below ON nodes.up = below.id OR nodes.beside = below.id) UPDATE users SET status = 'y' WHERE id IN (SELECT id FROM below);",
    "WITH RECURSIVE below (id) AS (SELECT 1 UNION ALL SELECT nodes.id FROM nodes JOIN heads ON heads.id = nodes.head JOIN below ON heads.node = below.id) UPDATE users SET status = 'y' WHERE id IN (SELECT id FROM below);",
  ],
  "rows between two values": ["DELETE FROM tags WHERE id BETWEEN 2 AND 3 AND label = 'y';"],
  "a search index emptied by what it finds": ["DELETE FROM memos_fts WHERE memos_fts MATCH 'x';"],
};

for (const [name, files] of Object.entries(cases)) {
  test(`passed and applied: ${name}`, () => {
    const { refused, linted, apply } = live(content, files);
    expect(refused).toEqual([]);
    for (const { statements } of linted) expect(apply(statements)).toBeUndefined();
  });
}
