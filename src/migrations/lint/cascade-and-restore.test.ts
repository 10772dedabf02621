import { expect, test } from "vitest";
import { live } from "../testing/live.ts";

const content = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body TEXT);
CREATE TABLE likes (post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE, who TEXT, PRIMARY KEY (post_id, who));
CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE SET NULL);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
INSERT INTO posts VALUES (1, 1, 'p'), (2, 2, '007'), (3, NULL, 'r');
INSERT INTO likes VALUES (1, 'x'), (3, 'y');
INSERT INTO notes VALUES (1, 1), (2, NULL);
`;
const users = `CREATE TABLE __new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, more TEXT);
INSERT INTO __new_users (id, email) SELECT id, email FROM users;
DROP TABLE users;
ALTER TABLE __new_users RENAME TO users;
`;
const named = ["posts", "likes", "notes"];
const stashes = named.map((name) => `CREATE TABLE ${name}_b AS SELECT * FROM ${name};\n`);
const gone = named.map((name) => `DROP TABLE ${name}_b;\n`).join("");
const back = (verb: string): string =>
  named.map((name) => `${verb} INTO ${name} SELECT * FROM ${name}_b;\n`).join("");
const file = (...parts: readonly string[]): string => `-- d1:phase contract\n${parts.join("")}`;
const empty = "DELETE FROM likes;\nDELETE FROM notes;\nDELETE FROM posts;\n";

for (const [name, sql] of Object.entries({
  "by REPLACE": file(...stashes, users, back("INSERT OR REPLACE"), gone),
  "children emptied first, as nothing else acts then": file(
    "PRAGMA foreign_keys=OFF;\n",
    ...stashes,
    empty,
    users,
    back("INSERT"),
    gone,
    "PRAGMA foreign_keys=ON;\n",
  ),
  "only what is not there any more": file(
    ...stashes,
    users,
    "UPDATE notes SET user_id = (SELECT user_id FROM notes_b WHERE notes_b.id = notes.id);\n",
    "INSERT INTO posts SELECT * FROM posts_b WHERE id NOT IN (SELECT id FROM posts);\n",
    "INSERT OR IGNORE INTO likes SELECT * FROM likes_b;\n",
    gone,
  ),
  "stashes that are declared, with columns by other names": file(
    "CREATE TABLE keep (a INTEGER, b INTEGER, c TEXT);\nINSERT INTO keep (a, b, c) SELECT id, user_id, body FROM posts;\n",
    ...stashes.slice(1),
    users,
    "INSERT OR IGNORE INTO posts (body, id, user_id) SELECT c, a, b FROM keep;\nDROP TABLE keep;\n",
    "INSERT OR REPLACE INTO likes SELECT * FROM likes_b;\nINSERT OR REPLACE INTO notes SELECT * FROM notes_b;\n",
  ),
})) {
  test(`passed, applied and asserted, for the children come back: ${name}`, () => {
    const found = live(content, [sql]);
    expect(found.refused).toEqual([]);
    const before = found.rows();
    const statements = found.linted[0]?.statements ?? [];
    expect(statements.filter((one) => one.includes("came back"))).toHaveLength(3);
    expect(found.apply(statements)).toBeUndefined();
    const after = found.rows();
    for (const table of named)
      expect([...(after[table] ?? [])]).toEqual(expect.arrayContaining([...(before[table] ?? [])]));
    for (const table of named) expect(after[table]).toHaveLength(before[table]?.length ?? 0);
  });
}

const others = back("INSERT OR REPLACE").split("\n").slice(1).join("\n");

for (const [name, { sql, said }] of Object.entries({
  "no copy of one of them": {
    sql: file(...stashes.slice(1), users, others, gone.split("\n").slice(1).join("\n")),
    said: /deletes rows of posts: its foreign keys/,
  },
  "nothing puts them back": {
    sql: file(...stashes, users, others, gone),
    said: /deletes rows of posts: .*the copy of posts is not put back into it afterwards/,
  },
  "only some are copied": {
    sql: file(
      "CREATE TABLE posts_b AS SELECT * FROM posts WHERE id < 3;\n",
      ...stashes.slice(1),
      users,
      back("INSERT OR REPLACE"),
      gone,
    ),
    said: /the copy of posts may not hold every row of posts: it is filled with WHERE/,
  },
  "only some come back": {
    sql: file(
      ...stashes,
      users,
      "INSERT OR IGNORE INTO posts SELECT * FROM posts_b LIMIT 1;\n",
      others,
      gone,
    ),
    said: /the copy of posts is put back with LIMIT/,
  },
  "a column is not copied": {
    sql: file(
      "CREATE TABLE posts_b AS SELECT id, user_id FROM posts;\n",
      ...stashes.slice(1),
      users,
      "INSERT OR IGNORE INTO posts (id, user_id) SELECT id, user_id FROM posts_b;\n",
      others,
      gone,
    ),
    said: /the copy of posts lacks the column body/,
  },
  "a column does not come back": {
    sql: file(
      ...stashes,
      users,
      "INSERT OR IGNORE INTO posts (id, user_id) SELECT id, user_id FROM posts_b;\n",
      others,
      gone,
    ),
    said: /the copy of posts does not give the values of body back/,
  },
  "the copy converts a column": {
    sql: file(
      "CREATE TABLE posts_b (id INTEGER, user_id INTEGER, body INTEGER);\nINSERT INTO posts_b SELECT * FROM posts;\n",
      ...stashes.slice(1),
      users,
      back("INSERT OR REPLACE"),
      gone,
    ),
    said: /the copy of posts converts body: there it is INTEGER, not TEXT/,
  },
  "the copy is changed": {
    sql: file(...stashes, users, "DELETE FROM posts_b WHERE id = 1;\n", back("INSERT OR REPLACE"), gone),
    said: /the copy of posts is changed in line 9, before its rows are back/,
  },
})) {
  test(`refused, and what is missing is said: ${name}`, () => {
    const { refused } = live(content, [sql]);
    expect(
      refused.filter((one) => said.test(one)),
      refused.join("\n"),
    ).not.toEqual([]);
  });
}

test("rows that the file thought to bring back and did not are missed when it runs, and nothing has happened", () => {
  const found = live(content, [
    file(
      ...stashes,
      users,
      "INSERT INTO posts SELECT * FROM posts_b WHERE id NOT IN (SELECT id FROM posts) AND body <> 'p';\n",
      others,
      gone,
    ),
  ]);
  expect(found.refused).toEqual([]);
  const before = found.rows();
  expect(found.apply(found.linted[0]?.statements ?? [])).toMatch(
    /FOREIGN KEY|not every row of posts came back/,
  );
  expect(found.rows()).toEqual(before);
});

test("a loss that the file names is one: nothing is asserted against what it says", () => {
  const sql = file(
    "CREATE TABLE likes_b AS SELECT * FROM likes;\n",
    '-- d1:data-loss "only one a post is wanted"\nDELETE FROM likes;\n',
    "INSERT INTO likes SELECT * FROM likes_b WHERE who = 'x';\n",
    "DROP TABLE likes_b;\n",
  );
  const found = live(content, [sql]);
  expect([...found.refused, ...found.warned]).toEqual([]);
  expect(found.apply(found.linted[0]?.statements ?? [])).toBeUndefined();
});

test("rows that a search index knows by their rowid come back with it, or it is said", () => {
  const indexed =
    "CREATE TABLE k (k TEXT PRIMARY KEY, a TEXT);\nCREATE VIRTUAL TABLE words USING fts5 (a, content='k', content_rowid='rowid');\nINSERT INTO k VALUES ('x', 'a'), ('y', 'b');\n";
  const copied = file(
    "CREATE TABLE s AS SELECT * FROM k;\nDELETE FROM k;\nINSERT INTO k SELECT * FROM s;\nDROP TABLE s;\n",
  );
  expect(live(indexed, [copied]).refused).toEqual([
    "4 DL5: the rows of k come back from s with other rowids, by which words finds them",
  ]);
});
