import fc from "fast-check";
import { type Dialect, dialects, type WrittenColumn } from "./dialects.ts";

/** A database with rows, and a file for it as a tool or a person writes it, that loses nothing and breaks nothing. */
export interface Harmless {
  readonly content: string;
  readonly file: string;
}

const email: WrittenColumn = { name: "email", type: "text", notNull: true };
const nick: WrittenColumn = { name: "nick", type: "text" };
const score: WrittenColumn = { name: "score", type: "integer", notNull: true, fallback: "0" };
const users = [email, nick, score];
const postsOf = (onDelete: string): readonly WrittenColumn[] => [
  { name: "user_id", type: "integer", references: { table: "users", onDelete } },
  { name: "title", type: "text", notNull: true, fallback: "'untitled'" },
  { name: "rank", type: "real" },
];
const posts = postsOf("CASCADE");

const added: readonly WrittenColumn[] = [
  { name: "fresh", type: "text" },
  { name: "fresh", type: "integer", notNull: true, fallback: "0" },
  { name: "fresh", type: "text", notNull: true, fallback: "'draft'" },
  { name: "fresh", type: "real", fallback: "1.5" },
  { name: "fresh", type: "integer", fallback: "NULL" },
  { name: "fresh", type: "integer", references: { table: "users", onDelete: "SET NULL" } },
];

interface Choice {
  readonly column: WrittenColumn;
  readonly table: "users" | "posts";
  readonly n: number;
}

const contract = "-- d1:phase contract\n";

/** What may be done to these tables without loss. */
const kinds: readonly ((of: Dialect, choice: Choice) => readonly string[])[] = [
  (of, { table, column }) => [of.addColumn(table, column)],
  (of, { table, column }) => [
    of.addColumn(table, column),
    of.index(`${table}_fresh_idx`, table, ["fresh"]),
    ...(column.fallback === undefined ? [`UPDATE ${table} SET fresh = 1 WHERE fresh IS NULL`] : []),
  ],
  (of, { table }) => [
    of.index(`${table}_more_idx`, table, table === "users" ? ["email", "score"] : ["title"]),
  ],
  (of, { column, table }) => [
    of.table("comments", [
      { name: "owner", type: "integer", notNull: true, references: { table, onDelete: "CASCADE" } },
      column,
    ]),
    of.index("comments_owner_idx", "comments", ["owner"]),
    of.index("comments_fresh_unique", "comments", ["owner", "fresh"], true),
  ],
  (of) => [
    of.table("tags", [{ name: "label", type: "text", notNull: true }]),
    of.table("post_tags", [
      {
        name: "post_id",
        type: "integer",
        notNull: true,
        references: { table: "posts", onDelete: "CASCADE" },
      },
      { name: "tag_id", type: "integer", notNull: true, references: { table: "tags", onDelete: "CASCADE" } },
    ]),
    of.index("post_tags_both", "post_tags", ["post_id", "tag_id"], true),
    "INSERT INTO tags (label) VALUES ('one'), ('two')",
  ],
  (of, { column }) => [
    ...of.rebuild("posts", posts, [...posts, column]),
    of.index("posts_user_idx", "posts", ["user_id"]),
  ],
  (of, { column }) => [
    ...of.rebuild("posts", posts, [column, ...posts.toReversed()]),
    of.index("posts_user_idx", "posts", ["user_id"]),
  ],
  (of) => [
    ...of.rebuild(
      "posts",
      posts,
      posts.map((one) => (one.name === "rank" ? { ...one, fallback: "0" } : one)),
    ),
    of.index("posts_user_idx", "posts", ["user_id"]),
  ],
  (of) => [`${contract}${of.renameColumn("users", "nick", "name")}`],
  (of) => [
    `${contract}-- d1:allow DL2 "no code reads it since the release before"\n${of.dropColumn("users", "nick")}`,
  ],
  (of) => [
    `${contract}-- d1:allow DL2 "no code reads it since the release before"\n${of.dropColumn("posts", "rank")}`,
  ],
  (of, { column }) => [
    of.addColumn("posts", column),
    `CREATE TRIGGER posts_count AFTER INSERT ON posts BEGIN UPDATE users SET score = score + 1 WHERE id = new.user_id; END`,
    "CREATE VIEW ranked AS SELECT u.email, p.title FROM users u JOIN posts p ON p.user_id = u.id",
  ],
  (of, { n }) => [
    of.table("settings", [{ name: "value", type: "text" }]),
    `INSERT INTO settings (id, value) VALUES (${n}, 'on'), (${n + 1}, 'off')`,
    `UPDATE settings SET value = 'x' WHERE id = ${n}`,
  ],
  () => ["UPDATE users SET nick = email WHERE nick IS NULL", "DELETE FROM posts WHERE title = 'spam'"],
  (of, { column }) => [
    `${contract}CREATE TABLE posts_b AS SELECT * FROM posts`,
    ...of.rebuild("users", users, [...users, column.references === undefined ? column : nickName]),
    "INSERT OR IGNORE INTO posts SELECT * FROM posts_b",
    "DROP TABLE posts_b",
    of.index("users_email_unique", "users", ["email"], true),
  ],
];

const nickName: WrittenColumn = { name: "fresh", type: "text" };

/** One file of one of these kinds, in the way of one tool. */
export const harmless: fc.Arbitrary<Harmless> = fc
  .record({
    tool: fc.constantFrom(...Object.values(dialects)),
    kind: fc.constantFrom(...kinds),
    second: fc.option(fc.constantFrom(...kinds.slice(2, 5), ...kinds.slice(12, 14)), { nil: undefined }),
    column: fc.constantFrom(...added),
    table: fc.constantFrom("users" as const, "posts" as const),
    rows: fc.nat({ max: 4 }),
    n: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ tool, kind, second, column, table, rows, n }) => {
    const choice = { column, table, n };
    const people = Array.from(
      { length: rows },
      (_, i) =>
        `INSERT INTO users (id, email, nick) VALUES (${i + 1}, 'u${i}', ${i === 1 ? "NULL" : `'n${i}'`})`,
    );
    const written = Array.from(
      { length: rows },
      (_, i) =>
        `INSERT INTO posts (id, user_id, title, rank) VALUES (${i + n}, ${i === 2 ? "NULL" : i + 1}, 't', ${i}.5)`,
    );
    const content = [
      tool.table("users", users),
      tool.index("users_email_unique", "users", ["email"], true),
      tool.table("posts", posts),
      tool.index("posts_user_idx", "posts", ["user_id"]),
      ...people,
      ...written,
    ].join(";\n");
    const statements = [
      ...(second === undefined || second === kind ? [] : second(tool, choice)),
      ...kind(tool, choice),
    ];
    return { content: `${content};\n`, file: `${[...new Set(statements)].join(tool.between)};\n` };
  });
