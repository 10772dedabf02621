// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are the code that is read
import { expect, test } from "vitest";
import { d1, durableObject, hyperdrive, secret } from "../declare/index.ts";
import { extracted } from "./extract.ts";
import { statementsOf } from "./of-worker.ts";
import { positionsIn } from "./positions.ts";

const notes = d1("notes");
const logs = d1("logs");
const api = { name: "api", env: { DB: notes, LOGS: logs } };

/** `database: statement` of each form that is found; what is not known of it behind `⇢`. */
const seen = (code: string, of: Parameters<typeof statementsOf>[0] = api): readonly string[] =>
  tied(code, of).statements.flatMap(({ databases, forms }) =>
    forms.map(
      ({ sql, unresolved }) =>
        `${databases.join("|")}: ${sql.replace(/\s+/g, " ")}${unresolved.map((each) => ` ⇢ ${each}`).join("")}`,
    ),
  );
const tied = (code: string, of: Parameters<typeof statementsOf>[0] = api) =>
  statementsOf(of, extracted(code, positionsIn(code, { name: "index.js", mapText: undefined, folder: "" })));

test("what goes to env.DB goes to the database that is bound so", () => {
  expect(seen(`export default { fetch(r, env) { return env.DB.prepare("SELECT 1").run(); } }`)).toEqual([
    "notes: SELECT 1",
  ]);
  expect(seen(`class A { go() { this.env.LOGS.withSession().prepare("SELECT 1"); } }`)).toEqual([
    "logs: SELECT 1",
  ]);
  expect(seen(`export const f = ({ DB }) => DB.prepare("SELECT 1");`)).toEqual(["notes: SELECT 1"]);
  expect(seen(`export function f(env) { const { LOGS: db } = env; db.exec("DELETE FROM t"); }`)).toEqual([
    "logs: DELETE FROM t",
  ]);
});

test("a database that is handed on is followed through parameters, fields and helpers", () => {
  const two = `const all = (db, sql, ...p) => db.prepare(sql).bind(...p).all();
    export const f = (env) => [all(env.DB, "SELECT a FROM t"), all(env.LOGS, "SELECT b FROM u WHERE c = ?", 1)];`;
  expect(seen(two)).toEqual(["notes: SELECT a FROM t", "logs: SELECT b FROM u WHERE c = ?"]);
  const field = `class Store { constructor(db) { this.db = db; } find() { return this.db.prepare("SELECT 1"); } }
    export const f = (env) => new Store(env.LOGS).find();`;
  expect(seen(field)).toEqual(["logs: SELECT 1"]);
  const helper = `const open = (env) => env.LOGS.withSession(); export const f = (env) => open(env).prepare("SELECT 1");`;
  expect(seen(helper)).toEqual(["logs: SELECT 1"]);
  expect(seen(`export const f = (env) => [env.DB, env.LOGS].map((db) => db.prepare("SELECT 1"));`)).toEqual([
    "notes: SELECT 1",
    "logs: SELECT 1",
  ]);
});

test("what cannot be told to be one database is said to be any of them", () => {
  expect(seen(`export function f(db) { return db.prepare("SELECT 1"); }`)).toEqual(["notes|logs: SELECT 1"]);
});

test("no prose, no regular expression, and nothing that goes to another database is SQL for D1", () => {
  for (const code of [
    `const a = "Select a file"; const b = "Update available"; console.log(a, b);`,
    `export const f = (s) => /select (.*)/.exec("select it");`,
    `export class O { go() { this.ctx.storage.sql.exec("SELECT nothing FROM objects"); } }`,
    `export class O { constructor(ctx) { this.sql = ctx.storage.sql; } go() { this.sql.exec("SELECT x FROM objects"); } }`,
    `export const f = (env, sql) => sql\`SELECT x FROM other\`;`,
    `export const f = (client) => client.query("SELECT x FROM other");`,
    `export const f = (env) => env.STUB.get("x").prepare("SELECT x FROM other");`,
  ])
    expect(seen(code, { name: "api", env: { ...api.env, STUB: durableObject("O") } })).toEqual([]);
});

test("where another database may take statements, only what surely goes to D1 is held against it", () => {
  const code = `export const f = (env, client) => [env.DB.prepare("SELECT 1"), client.prepare("SELECT x FROM other")];`;
  const both = {
    name: "api",
    env: {
      DB: notes,
      PG: hyperdrive("pg", {
        origin: {
          scheme: "postgres",
          host: "h",
          port: 5432,
          database: "d",
          user: "u",
          password: secret("pg-password"),
        },
      }),
    },
  };
  const { statements, elsewhere } = tied(code, both);
  expect([statements.length, elsewhere]).toEqual([1, 1]);
  const own = `class Client { prepare(sql) { return new Statement(this, sql); } }; ${code}`;
  expect([tied(own).statements.length, tied(own).elsewhere]).toEqual([1, 1]);
});

test("constants, lists and helpers are put in; a value is a question mark, and as many as a list takes", () => {
  const prepared = (before: string, argument: string): readonly string[] =>
    seen(`${before}\nexport async function f(env, ids, q, x) { return env.DB.prepare(${argument}); }`).map(
      (each) => each.slice("notes: ".length),
    );
  expect(
    prepared(
      `const columns = "id, name"; const T = { users: "users" };`,
      "`SELECT ${columns} FROM ${T.users}`",
    ),
  ).toEqual(["SELECT id, name FROM users"]);
  expect(
    prepared(`const by = (name) => \` WHERE \${name} = ?\`;`, `"SELECT id FROM t" + by("email")`),
  ).toEqual(["SELECT id FROM t WHERE email = ?"]);
  expect(prepared("", '`SELECT a FROM t WHERE b IN (${ids.map(() => "?").join(", ")})`')).toEqual([
    "SELECT a FROM t WHERE b IN (?)",
  ]);
  expect(prepared("", '`INSERT INTO t (a, b, c) VALUES (${Array(3).fill("?").join()})`')).toEqual([
    "INSERT INTO t (a, b, c) VALUES (?, ?, ?)",
  ]);
  expect(prepared("", "`INSERT INTO t (a, b) VALUES (${q})`")).toEqual([
    "INSERT INTO t (a, b) VALUES (?, ?)",
  ]);
  expect(prepared("", "`SELECT a FROM t WHERE d > datetime('now', '-${q} days') LIMIT ${x}`")).toEqual([
    "SELECT a FROM t WHERE d > datetime('now', '-0 days') LIMIT ?",
  ]);
  expect(
    prepared(`const columns = ["a", "b"];`, '`SELECT ${columns.map((c) => `t.${c}`).join(", ")} FROM t`'),
  ).toEqual(["SELECT t.a, t.b FROM t"]);
  expect(prepared("", "`SELECT a FROM ${q} WHERE b = ?`")).toEqual(["SELECT a FROM ? WHERE b = ? ⇢ q"]);
});

test("what code adds to a statement on the way is read in every form that it can have", () => {
  const code = `export function f(env, q) {
    let sql = "SELECT a FROM t";
    if (q) sql += " JOIN u ON u.id = t.u"; else sql += " WHERE 1";
    sql += " ORDER BY a";
    return env.DB.prepare(sql);
  }`;
  expect(seen(code)).toEqual([
    "notes: SELECT a FROM t WHERE 1 ORDER BY a",
    "notes: SELECT a FROM t JOIN u ON u.id = t.u ORDER BY a",
  ]);
  const pushed = `export function f(env, q) {
    const where = ["a = ?"];
    if (q) where.push("b = ?");
    return env.DB.prepare(\`SELECT 1 FROM t WHERE \${where.join(" AND ")}\`);
  }`;
  expect(seen(pushed)).toEqual([
    "notes: SELECT 1 FROM t WHERE a = ? AND b = ?",
    "notes: SELECT 1 FROM t WHERE a = ?",
  ]);
  const looped = `export function f(env, all) { let sql = "SELECT 1"; for (const x of all) sql += x; return env.DB.prepare(sql); }`;
  expect(seen(looped)).toEqual(["notes: ? ⇢ sql"]);
});

test("code that goes round in circles, or is no module, is read to an end", () => {
  expect(
    seen(`const f = (n) => f(n) + "x"; export const g = (env) => env.DB.prepare("SELECT " + f(1));`),
  ).toEqual(["notes: SELECT ?x ⇢ f(n)"]);
  const deep = Array.from({ length: 20_000 }, () => '"x"').join(" + ");
  expect(tied(`export const g = (env) => env.DB.prepare(${deep});`).unread).toMatch(/stack/);
  expect(seen(`export const g = (session) => session.prepare({ sql: "SELECT x" });`)).toEqual([]);
  expect(tied("this is .prepare no module").unread).toContain("Unexpected token");
});
