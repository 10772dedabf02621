import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CopyRules } from "../../declare/index.ts";
import type { Database } from "../../migrations/database/database.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import { bootstrapStatements } from "../../migrations/sql/ledger-tables.ts";
import { readTable } from "../../migrations/sql/structure.ts";
import { type WorkerdD1, workerdD1 } from "../../migrations/testing/workerd-d1.ts";
import { prepareCopy } from "./copy.ts";
import { transformOf } from "./transform.ts";

let d1: WorkerdD1;
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  const query = queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "shop/db");
  database = { ...query, bookmark: async () => ({ kind: "done", value: "one moment" }) };
});
afterAll(() => d1.close());
beforeEach(() => d1.another());

const schema = [
  "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, nick TEXT, born INTEGER, is_admin INTEGER CHECK (is_admin IN (0, 1)))",
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, note TEXT)",
  "CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id TEXT REFERENCES users)",
  "CREATE TRIGGER counted AFTER INSERT ON orders BEGIN UPDATE users SET nick = nick || '!' WHERE id = new.user_id; END",
];
const rows = [
  "INSERT INTO users VALUES ('u1', 'ada@real.org', 'it''s ada', 1815, 1), ('u2', 'grace@real.org', NULL, 1906, 0)",
  "INSERT INTO orders VALUES (7, 'u1', 'ring ada@real.org'), (8, 'u1', NULL), (9, 'u2', 'x; y')",
  "INSERT INTO sessions VALUES ('very secret', 'u1')",
];
const rules: CopyRules = {
  users: { id: "hash", email: "fake", nick: "fake", born: "null", is_admin: "keep" },
  Orders: { id: "keep", user_id: "hash", note: "fake" },
  sessions: "none",
};

const source = async (): Promise<void> => {
  await d1.batch([
    ...bootstrapStatements,
    ...schema,
    ...rows,
    "INSERT INTO _mig_meta (k, v) VALUES ('stage', 'prod')",
    "INSERT INTO d1_migrations (name) VALUES ('0001_shop.sql')",
    "INSERT INTO _mig_audit (kind, reason, actor) VALUES ('accept', 'ada said so', 'ada@laptop')",
  ]);
};
const copying = (given: CopyRules, key = "k") => ({
  source: database,
  sizeBytes: 1000,
  rules: given,
  where: "shop/db, copy",
  key,
  stage: "staging",
});
const guard =
  "SELECT json_extract('{}', CASE WHEN (SELECT v FROM _mig_meta) = 'staging' THEN '$' ELSE 'no' END)";
const options = {
  makeTriggers: async (statements: readonly string[]) => {
    await d1.batch(statements);
    return { kind: "done", value: undefined } as const;
  },
};

test("a copy has the same rows for the same people, and nobody's data", async () => {
  await source();
  const copy = await prepareCopy(copying(rules));
  expect(copy.rows).toBe(5);
  await d1.another();
  await d1.batch([
    ...bootstrapStatements,
    ...schema.slice(0, 1),
    "INSERT INTO users VALUES ('old', 'old', NULL, 1, 1)",
    "INSERT INTO _mig_meta (k, v) VALUES ('stage', 'staging')",
  ]);
  expect(await copy.put(database, guard, options)).toEqual([]);
  copy.remove();
  const [users, orders, sessions, stage, ledger, people] = await d1.batch([
    "SELECT * FROM users ORDER BY is_admin DESC",
    "SELECT orders.id, email, note FROM orders JOIN users ON users.id = user_id ORDER BY orders.id",
    "SELECT count(*) AS n FROM sessions",
    "SELECT v FROM _mig_meta",
    "SELECT name FROM d1_migrations",
    "SELECT count(*) AS n FROM _mig_audit",
  ]);
  const [ada] = users ?? [];
  expect(ada).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/), born: null, is_admin: 1 });
  expect(orders?.map(({ id, email }) => [id, email])).toEqual([
    [7, ada?.["email"]],
    [8, ada?.["email"]],
    [9, users?.[1]?.["email"]],
  ]);
  expect([users?.[1]?.["nick"], orders?.[1]?.["note"]]).toEqual([null, null]);
  expect([sessions, stage, ledger, people]).toEqual([
    [{ n: 0 }],
    [{ v: "staging" }],
    [{ name: "0001_shop.sql" }],
    [{ n: 0 }],
  ]);
  expect(JSON.stringify([users, orders])).not.toMatch(/real\.org|it's|x; y|u1|u2|very secret/);
  // The trigger did not run for rows that were copied, and is there for those that come.
  await d1.batch([`UPDATE users SET nick = 'a'`, "INSERT INTO orders (user_id) SELECT id FROM users"]);
  expect(await d1.batch(["SELECT DISTINCT nick FROM users"])).toEqual([[{ nick: "a!" }]]);
});

test("the same key makes the same values in every table, another one others", () => {
  const db = new DatabaseSync(":memory:");
  db.exec(
    "CREATE TABLE a (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE b (n INTEGER, a_id TEXT REFERENCES a)",
  );
  const [a, b] = [readTable(db, "a"), readTable(db, "b")];
  if (a === undefined || b === undefined) throw new Error("they are there");
  const given: CopyRules = { a: { id: "hash", email: "fake" }, b: { n: "hash", a_id: "hash" } };
  const of = (key: string) => ({
    a: transformOf(a, ['"id"', '"email"'], given, key)("'x','me@real.org'"),
    b: transformOf(b, ["rowid", '"n"', '"a_id"'], given, key)("7,NULL,'x'"),
  });
  expect(of("1")).toEqual(of("1"));
  expect(of("1").a).not.toBe(of("2").a);
  const [id = ""] = of("1").a.split(",");
  expect(of("1").b).toBe(`7,NULL,${id}`);
});

test("columns without a rule are refused, with the whole block to paste", async () => {
  await source();
  const refused = await prepareCopy(copying({ users: { id: "hash" } })).catch(
    (error: Error) => error.message,
  );
  expect(refused).toContain("Columns have no rule");
  expect(refused).toContain("users.email, users.nick, users.born, users.is_admin, orders.id");
  const block: { copy: CopyRules } = JSON.parse(/\{\n[\s\S]*\n *\}/.exec(String(refused))?.[0] ?? "");
  expect(block.copy["users"]).toMatchObject({ id: "hash", email: "fake", nick: "hash", is_admin: "keep" });
  const copy = await prepareCopy(copying(block.copy));
  expect(copy.rows).toBe(6);
  copy.remove();
});

test.each([
  [{ ...rules, users: { ...rulesOfUsers(), id: "keep" } }, /reference would find nothing[\s\S]*user_id/],
  [{ ...rules, users: { ...rulesOfUsers(), email: "null" } }, /no NULL/],
  [
    {
      ...rules,
      users: { ...rulesOfUsers(), id: "fake" },
      Orders: { id: "keep", user_id: "fake", note: "null" },
    },
    /reference/,
  ],
  [
    { ...rules, users: { ...rulesOfUsers(), is_admin: "hash" } },
    /would not fit its table[\s\S]*CHECK constraint/,
  ],
  [{ ...rules, users: { ...rulesOfUsers(), nick: "scramble" } }, /no such rule/],
  [{ ...rules, user: "none" }, /names what is not there[\s\S]*write users/],
  [{ ...rules, users: "none" }, /would refer to a table that stays empty/],
])("%# what rules cannot bear is refused before anything changes", async (given, message) => {
  await source();
  // What a program hands over may be anything.
  await expect(prepareCopy(copying(JSON.parse(JSON.stringify(given))))).rejects.toThrow(message);
});

function rulesOfUsers() {
  return { id: "hash", email: "fake", nick: "fake", born: "null", is_admin: "keep" } as const;
}

test("a database that is marked as another stage's is not emptied; the half of a copy that was killed is", async () => {
  await source();
  const copy = await prepareCopy(copying(rules));
  await expect(copy.put(database, guard, options)).rejects.toThrow(/refused|no/);
  expect(await d1.batch(["SELECT count(*) AS n FROM users"])).toEqual([[{ n: 2 }]]);
  await d1.another();
  await d1.batch([...bootstrapStatements, "INSERT INTO _mig_meta (k, v) VALUES ('stage', 'staging')"]);
  let requests = 0;
  const killed: Database = {
    ...database,
    run: async (statements) => {
      if (++requests > 6) throw new Error("killed");
      return database.run(statements);
    },
  };
  await expect(copy.put(killed, guard, options)).rejects.toThrow("killed");
  expect(await copy.put(database, guard, options)).toEqual([]);
  copy.remove();
});
