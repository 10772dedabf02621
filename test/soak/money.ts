import { type Database, rows } from "../../src/migrations/database/database.ts";

/** Accounts whose money moves and never changes in sum; each move is one transaction and has a number. */
const accounts = 20;
const each = 1_000;

export const schema: readonly string[] = [
  "CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)",
  "CREATE TABLE moves(n INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES accounts(id), sink INTEGER NOT NULL REFERENCES accounts(id), amount INTEGER NOT NULL, note TEXT)",
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accounts}) INSERT INTO accounts SELECT i, ${each} FROM n`,
];

/** The transaction of one move. */
export function move(n: number, chance: () => number): readonly string[] {
  const [source, sink] = [1 + Math.floor(chance() * accounts), 1 + Math.floor(chance() * accounts)];
  const amount = Math.floor(chance() * 50);
  return [
    `UPDATE accounts SET balance = balance - ${amount} WHERE id = ${source}`,
    `UPDATE accounts SET balance = balance + ${amount} WHERE id = ${sink}`,
    `INSERT INTO moves VALUES (${n}, ${source}, ${sink}, ${amount}, hex(randomblob(200)))`,
  ];
}

/** Which state a database is in: the number of its last move. What is no state that ever was is told in a sentence. */
export async function stateOf(database: Database): Promise<number | string> {
  const [[counted] = [], [wrong] = []] = await rows(database, [
    "SELECT count(*) AS count, ifnull(max(n), 0) AS last FROM moves",
    `SELECT count(*) AS count FROM accounts WHERE balance <> ${each} + ifnull((SELECT sum(amount) FROM moves WHERE sink = accounts.id), 0) - ifnull((SELECT sum(amount) FROM moves WHERE source = accounts.id), 0)`,
  ]);
  if (counted?.["count"] !== counted?.["last"])
    return `${counted?.["count"]} moves, and the last has the number ${counted?.["last"]}`;
  if (wrong?.["count"] !== 0)
    return `${wrong?.["count"]} accounts with another balance than their moves make`;
  return Number(counted?.["last"]);
}
