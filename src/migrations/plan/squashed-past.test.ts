import { expect, test } from "vitest";
import { unplaced } from "../../diagnostic/place.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import { type DatabaseSnapshot, emptySnapshot } from "../database/snapshot.ts";
import { chainText, parseChain } from "../files/chain.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { offlinePlan, type Plan } from "./plan.ts";
import { planLines } from "./plan-text.ts";
import { replayed } from "./replayed.ts";

const file = (name: string, sql: string): MigrationFile =>
  readMigration(name, `migrations/shop/db/${name}`, new TextEncoder().encode(sql));

const users = file("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
const age = file("0002_age.sql", "ALTER TABLE users ADD COLUMN age INTEGER;\n");
const posts = file("0003_posts.sql", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n");
const old = [users, age];
const directives = old.map(({ name, checksum }) => `-- d1:squashes ${name} ${checksum}\n`).join("");
const squashed = file(
  "0002_squashed.sql",
  `${directives}CREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER);\n`,
);

/** A database that went through files, as Lockstep leaves it. */
function after(...files: readonly MigrationFile[]): DatabaseSnapshot {
  const schema = replayed(files) ?? [];
  return {
    ...emptySnapshot,
    schema,
    ledgerKind: "wrangler",
    ledger: files.map(({ name }) => name),
    log: files.map(({ name, checksum, phase }) => ({
      name,
      checksum,
      chain: "",
      phase,
      schemaAfter: fingerprint(schema),
    })),
  };
}

const plan = (database: DatabaseSnapshot | undefined, files = [squashed, posts]): Plan =>
  offlinePlan({
    label: "shop/db",
    folder: "migrations/shop/db",
    files,
    chain: parseChain("chain.txt", chainText(files)),
    database,
    opened: undefined,
  });

const told = ({ refusals }: Plan): string =>
  refusals
    .map(({ what, got, fix }) => `${what} | ${inPlace(got, unplaced())} | ${inPlace(fix, unplaced())}`)
    .join("\n");
const pending = ({ expand }: Plan): readonly string[] => expand.map(({ file: { name } }) => name);

test("where all that it stands for is applied, a squashed file takes its place, and what comes after it is pending", () => {
  const planned = plan(after(users, age));
  expect([told(planned), pending(planned), planned.ledger, planned.squash?.names]).toEqual([
    "",
    ["0003_posts.sql"],
    ["0002_squashed.sql"],
    ["0001_users.sql", "0002_age.sql"],
  ]);
  expect(planLines(planned)[1]).toContain(
    "0002_squashed.sql takes the place of 0001_users.sql, 0002_age.sql in the ledger",
  );
  const ahead = plan(after(users, age, posts));
  expect([told(ahead), pending(ahead), ahead.ledger]).toEqual([
    "",
    [],
    ["0002_squashed.sql", "0003_posts.sql"],
  ]);
});

test("once it is in the ledger, the names that it stands for are looked for no more", () => {
  const database = after(squashed, posts);
  const planned = plan({ ...database, log: [...after(users, age).log, ...database.log] });
  expect([told(planned), pending(planned), planned.squash, planned.unledgered]).toEqual([
    "",
    [],
    undefined,
    [],
  ]);
});

test("a new database runs the squashed file as any other", () => {
  expect(pending(plan(undefined))).toEqual(["0002_squashed.sql", "0003_posts.sql"]);
  expect(plan(undefined).squash).toBeUndefined();
});

test("a row that the ledger lost is known from the log here too; files that only wrangler knows are held to the schema", () => {
  const whole = after(users, age);
  expect(plan({ ...whole, ledger: ["0002_age.sql"] }).squash?.names).toEqual([
    "0001_users.sql",
    "0002_age.sql",
  ]);
  const byWrangler = plan({ ...whole, log: [] });
  expect([told(byWrangler), byWrangler.squash?.isLogged, byWrangler.adopted]).toEqual(["", false, []]);
  expect(told(plan({ ...whole, log: [], schema: after(users).schema }))).toContain(
    "0002_squashed.sql does not make the schema that the database has",
  );
});

test("a database with some of them is refused, once, with the way back to the old files", () => {
  const refused = plan(after(users));
  expect(refused.refusals).toHaveLength(1);
  expect(told(refused)).toMatch(
    /stands for 2 files, and only 1 of them are applied \| not applied: 0002_age\.sql \| .*git checkout .*--diff-filter=A -- migrations\/shop\/db\/0002_squashed\.sql.*just pulumi-up/,
  );
});

test("a squash of a squash is for those that took over the first", () => {
  const again = file(
    "0003_again.sql",
    `${[squashed, posts].map(({ name, checksum }) => `-- d1:squashes ${name} ${checksum}\n`).join("")}${posts.statements[0]?.sql};\nCREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER);\n`,
  );
  const first = after(squashed, posts);
  expect(plan(first, [again]).squash?.names).toEqual(["0002_squashed.sql", "0003_posts.sql"]);
  expect(told(plan(after(users, age), [again]))).toMatch(
    /none of them is applied, but others are \| 0001_users\.sql, 0002_age\.sql \| .*git checkout/,
  );
});

test("another content, and another order, than was squashed is refused", () => {
  const whole = after(users, age);
  const other = whole.log.map((entry) =>
    entry.name === age.name ? { ...entry, checksum: `sha256:${"0".repeat(64)}` } : entry,
  );
  expect(told(plan({ ...whole, log: other }))).toContain(
    "0002_age.sql was applied with another content than 0002_squashed.sql stands for",
  );
  expect(told(plan({ ...whole, ledger: whole.ledger.toReversed() }))).toContain(
    "applied in another order, or with others between them",
  );
});

test("a squashed file that was edited is refused although the log says that its files made the live schema", () => {
  const wrong = file("0002_squashed.sql", `${directives}CREATE TABLE users (id INTEGER PRIMARY KEY);\n`);
  expect(told(plan(after(users, age), [wrong, posts]))).toMatch(
    /does not make the schema that the database has[\s\S]*column age[\s\S]*db accept shop\/db --drift/,
  );
});

test("without the squash, files that are applied and gone are refused as ever", () => {
  expect(told(plan(after(users, age), [posts]))).toContain(
    "0001_users.sql was applied, and its file is gone",
  );
});

test("a squashed file beside what it stands for, or behind another file, is refused whatever the database", () => {
  expect(told(plan(undefined, [...old, squashed]))).toMatch(
    /stands for files that are there too \| 0001_users\.sql, 0002_age\.sql \| .*git restore/,
  );
  expect(told(plan(undefined, [file("0001_other.sql", "CREATE TABLE o (x);\n"), squashed]))).toContain(
    "is a squashed file, and not the first",
  );
});
