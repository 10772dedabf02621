import { expect, test } from "vitest";
import { unplaced } from "../../diagnostic/place.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import { type DatabaseSnapshot, emptySnapshot } from "../database/snapshot.ts";
import { chainText, parseChain } from "../files/chain.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { draftPlan, offlinePlan, type Plan, type PlanInput } from "./plan.ts";
import { planLines } from "./plan-text.ts";
import { replayed } from "./replayed.ts";

const folder = "migrations/shop/db";

function file(name: string, sql: string): MigrationFile {
  return readMigration(name, `${folder}/${name}`, new TextEncoder().encode(sql));
}

const users = file("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, nick TEXT);\n");
const posts = file(
  "0002_posts.sql",
  "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);\n",
);
const age = file("0003_age.sql", "ALTER TABLE users ADD COLUMN age INTEGER;\n");
const dropNick = file(
  "0004_drop_nick.sql",
  '-- d1:phase contract\n-- d1:allow DL2 "unused since v7"\nALTER TABLE users DROP COLUMN nick;\n',
);
const city = file("0005_city.sql", "ALTER TABLE users ADD COLUMN city TEXT;\n");

/** A database that went through files, as Lockstep leaves it. */
function after(...files: readonly MigrationFile[]): DatabaseSnapshot {
  const schema = replayed(files) ?? [];
  const last = files.at(-1)?.name;
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
      schemaAfter: name === last ? fingerprint(schema) : undefined,
    })),
  };
}

function input(
  files: readonly MigrationFile[],
  database: DatabaseSnapshot | undefined,
  more: Partial<PlanInput> = {},
): PlanInput {
  return {
    label: "shop/db",
    folder,
    files,
    chain: parseChain("chain.txt", chainText(files)),
    database,
    opened: undefined,
    ...more,
  };
}

const plan = (...given: Parameters<typeof input>): Plan => offlinePlan(input(...given));
const names = (planned: Plan["expand"]): readonly string[] => planned.map(({ file: { name } }) => name);
const refusals = ({ refusals: all }: Plan): readonly string[] =>
  all.map(({ what, fix }) => `${what} | ${inPlace(fix, unplaced())}`);

test("a past of another tool is called by its name", () => {
  const past = { ...after(users), ledger: [], ledgerKind: "none", log: [] } as const;
  const got = (database: DatabaseSnapshot) => plan([users], database).refusals.map((refusal) => refusal.got);
  expect(got({ ...past, drizzle: ["abc"] })).toEqual(["drizzle's __drizzle_migrations with 1 files"]);
  expect(got(past)).toEqual(["tables but no applied file: users"]);
});

test("nothing pending: nothing to do, and not a word", () => {
  const current = plan([users, posts], after(users, posts));
  expect(current.refusals).toEqual([]);
  expect(planLines(current)).toEqual([]);
});

test("a database that does not exist yet gets all files at once, contract files too", () => {
  const fresh = plan([users, posts, age, dropNick, city], undefined);
  expect(names(fresh.expand)).toEqual([
    "0001_users.sql",
    "0002_posts.sql",
    "0003_age.sql",
    "0004_drop_nick.sql",
    "0005_city.sql",
  ]);
  expect(fresh.refusals).toEqual([]);
  expect(planLines(fresh)[0]).toBe("shop/db: new database, all 5 files");
});

test("nothing that is about rows or running code stops a new, empty database, and its statements are the files' own", () => {
  const kept = file(
    "0001_kept.sql",
    "CREATE TABLE kept (id INTEGER PRIMARY KEY, n TEXT);\nINSERT INTO kept VALUES (1, 'a'), (2, NULL);\n",
  );
  const rebuilt = file(
    "0002_rebuilt.sql",
    `PRAGMA foreign_keys=OFF;
CREATE TABLE new_kept (id INTEGER PRIMARY KEY, n TEXT NOT NULL);
INSERT INTO new_kept SELECT id, n FROM kept WHERE n IS NOT NULL;
DROP TABLE kept;
ALTER TABLE new_kept RENAME TO kept;
ALTER TABLE kept DROP COLUMN n;
DELETE FROM kept;
`,
  );
  const planned = plan([kept, rebuilt], undefined);
  expect(refusals(planned)).toEqual([]);
  expect(planned.expand.map(({ statements }) => statements)).toEqual(
    [kept, rebuilt].map(({ statements }) => statements.map(({ sql }) => sql)),
  );
  expect(refusals(plan([kept, rebuilt], after(kept)))).not.toEqual([]);
});

test("what fails, or leaves a table that cannot be used, stops a new database too", () => {
  const fails = file("0001_fails.sql", "INSERT INTO nobody VALUES (1);\n");
  const unusable = file("0001_a.sql", "CREATE TABLE a (b INTEGER REFERENCES nowhere (id));\n");
  for (const one of [fails, unusable]) expect(refusals(plan([one], undefined))).toHaveLength(1);
});

test("a new database is judged by what its last file leaves: what one breaks a later one may mend", () => {
  const before = file(
    "0001_a.sql",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);\nCREATE VIEW v AS SELECT b FROM a;\nCREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = upper(new.b) WHERE id = new.id; END;\n",
  );
  const breaks = file(
    "0002_rename_first.sql",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, a INTEGER REFERENCES later (code));\nDROP TABLE a;\nCREATE TABLE a (id INTEGER PRIMARY KEY);\n",
  );
  const mends = file(
    "0003_mends.sql",
    "DROP VIEW v;\nCREATE VIEW v AS SELECT id FROM a;\nCREATE TABLE later (code INTEGER);\n",
  );
  const unique = file("0004_unique.sql", "CREATE UNIQUE INDEX later_code ON later (code);\n");
  expect(refusals(plan([before, breaks, mends, unique], undefined))).toEqual([]);
  expect(refusals(plan([before, breaks, mends], undefined))).toEqual([
    expect.stringContaining("foreign key mismatch"),
  ]);
  expect(refusals(plan([before, breaks, mends, unique], after(before))).join()).toContain("UA1");
});

test("a new database whose first run was killed half way is still new", () => {
  const half = { ...after(users, posts), meta: new Map([["initial", "running"]]) };
  const resumed = plan([users, posts, age, dropNick, city], half);
  expect([resumed.isNew, names(resumed.expand), resumed.refusals]).toEqual([
    true,
    ["0003_age.sql", "0004_drop_nick.sql", "0005_city.sql"],
    [],
  ]);
});

test("expand files run, contract files wait until they are opened", () => {
  const waiting = plan([users, posts, age, dropNick], after(users, posts));
  expect([names(waiting.expand), names(waiting.contract), names(waiting.waiting)]).toEqual([
    ["0003_age.sql"],
    [],
    ["0004_drop_nick.sql"],
  ]);
  expect(planLines(waiting).join("\n")).toContain("0004_drop_nick.sql waits");
  const open = plan([users, posts, age, dropNick], after(users, posts, age), {
    opened: { through: "0004_drop_nick.sql" },
  });
  expect([names(open.expand), names(open.contract), names(open.waiting)]).toEqual([
    [],
    ["0004_drop_nick.sql"],
    [],
  ]);
});

test("a contract is open for the content that was looked at: an edited file, or one that came later, is not", () => {
  const at = { ...after(users, posts, age) };
  const files = { [dropNick.name]: dropNick.checksum };
  const through = dropNick.name;
  expect(plan([users, posts, age, dropNick], at, { opened: { through, files } }).refusals).toEqual([]);
  expect(
    refusals(
      plan([users, posts, age, dropNick], at, { opened: { through, files: { [through]: "sha256:0" } } }),
    ),
  ).toEqual([
    "0004_drop_nick.sql was edited after its contract was opened: it is not open any more | look at it again and open it as it is: just db contract; or give it back what it was",
  ]);
  expect(refusals(plan([users, posts, age, dropNick], at, { opened: { through, files: {} } }))[0]).toContain(
    "came after the contract was opened: it is not open",
  );
});

test("an expand file behind a waiting contract file is refused, naming the release to deploy first", () => {
  expect(refusals(plan([users, posts, age, dropNick, city], after(users, posts, age)))).toEqual([
    "0005_city.sql expands what 0004_drop_nick.sql has not contracted yet | deploy the release that ends with 0004_drop_nick.sql first, open it with: just db contract, and let an up run it; then this one",
  ]);
});

const edited = file("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
const renamed = file(
  "0002_articles.sql",
  "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);\n",
);
const between = file("0001_zebra.sql", "CREATE TABLE zebra (a);\n");
const twin = file("0003_twin.sql", "CREATE TABLE twin (a);\n");

const histories: Readonly<Record<string, { readonly given: () => Plan; readonly says: readonly RegExp[] }>> =
  {
    "an edited file": {
      given: () => plan([edited, posts], after(users, posts)),
      says: [/0001_users\.sql was edited after it was applied \| .*just db accept shop\/db 0001_users\.sql/],
    },
    "a deleted file": {
      given: () => plan([users], after(users, posts)),
      says: [/0002_posts\.sql was applied, and its file is gone \| restore it from git/],
    },
    "a renamed file": {
      given: () => plan([users, renamed], after(users, posts)),
      says: [/0002_posts\.sql was applied, and is called 0002_articles\.sql now \| .*git mv/],
    },
    "a file in the middle": {
      given: () => plan([users, between, posts], after(users, posts)),
      says: [/0001_zebra\.sql comes before a file that is applied already \| .*git mv .*0003_zebra\.sql/],
    },
    "files applied in another order": {
      given: () => plan([users, posts], after(posts, users)),
      says: [/another order than they have now \| .*just db accept shop\/db 0001_users\.sql/],
    },
    "two files with one number": {
      given: () =>
        offlinePlan({
          ...input([users, posts, age, twin], after(users, posts)),
          chain: parseChain("c", chainText([users, posts, age])),
        }),
      says: [
        /not in the chain yet/,
        /Two files have the same number \| give 0003_twin\.sql the next free number/,
      ],
    },
    "no chain file": {
      given: () => offlinePlan({ ...input([users], undefined), chain: undefined }),
      says: [/no chain file \| restore it from git; for a folder that never had one: just db lint/],
    },
    "a file that the chain does not know": {
      given: () =>
        offlinePlan({ ...input([users, posts], after(users)), chain: parseChain("c", chainText([users])) }),
      says: [/0002_posts\.sql is not in the chain yet \| run: just db lint/],
    },
    "an Alchemy history": {
      given: () => plan([users], { ...after(users), ledgerKind: "alchemy" }),
      says: [/history that is not in the ledger \| .*baseline shop\/db --infer/],
    },
    "a drizzle history": {
      given: () =>
        plan([users], { ...after(users), ledger: [], ledgerKind: "none", log: [], drizzle: ["abc"] }),
      says: [/history that is not in the ledger \| .*baseline/],
    },
    "a raw-SQL past": {
      given: () => plan([users], { ...after(users), ledger: [], ledgerKind: "none", log: [] }),
      says: [/history that is not in the ledger \| .*baseline shop\/db --infer/],
    },
    "another tool's ledger of another shape": {
      given: () => plan([users], { ...after(users), ledgerKind: "unknown" }),
      says: [/history that is not in the ledger \| rename that table aside/],
    },
    drift: {
      given: () =>
        plan([users, posts, age], { ...after(users, posts), schema: replayed([users, posts, twin]) ?? [] }),
      says: [/The database is not what its applied files made of it \| .*accept shop\/db --drift/],
    },
    "a ledger of wrangler's that says more than the database has": {
      given: () => plan([users, posts], { ...after(users, posts), log: [], schema: after(users).schema }),
      says: [
        /ledger lists files whose schema the database does not have \| make the schema what the files say.*just db accept shop\/db --drift/,
      ],
    },
    "a dangerous file": {
      given: () => plan([users, posts, file("0003_gone.sql", "DELETE FROM users;\n")], after(users, posts)),
      says: [/DL3: deleting from users also deletes rows of posts/, /DL4: DELETE FROM users has no WHERE/],
    },
  };

for (const [name, { given, says }] of Object.entries(histories)) {
  test(`refused, with the repair: ${name}`, () => {
    const told = refusals(given());
    expect(told.length).toBeGreaterThan(0);
    for (const [i, line] of told.entries()) expect(line).toMatch(says[i] ?? /^$/);
    expect(planLines(given()).join("\n")).toContain("fix:");
  });
}

test("what wrangler applied is taken over when the schema shows it", () => {
  const taken = plan([users, posts, age], { ...after(users, posts), log: [] });
  expect([taken.refusals, taken.adopted.map(({ name }) => name), names(taken.expand)]).toEqual([
    [],
    ["0001_users.sql", "0002_posts.sql"],
    ["0003_age.sql"],
  ]);
});

test("a row that the ledger lost is known from the log, wherever it stood, and its file does not run again", () => {
  for (const lost of [users, posts, age]) {
    const was = after(users, posts, age);
    const planned = plan([users, posts, age, city], {
      ...was,
      ledger: was.ledger.filter((name) => name !== lost.name),
    });
    expect([refusals(planned), names(planned.expand), planned.unledgered, planned.ledger]).toEqual([
      [],
      ["0005_city.sql"],
      [lost],
      was.ledger,
    ]);
    expect(planLines(planned)[1]).toContain(`${lost.name} applied by our log, and not in the ledger`);
  }
});

test("a file that was edited is told so although the ledger lost its row", () => {
  const was = after(users, posts);
  expect(refusals(plan([edited, posts], { ...was, ledger: ["0002_posts.sql"] }))[0]).toContain(
    "0001_users.sql was edited after it was applied",
  );
});

test("drift is told object by object", () => {
  const drifted = plan([users, posts], {
    ...after(users, posts),
    schema: replayed([users, posts, age, twin]) ?? [],
  });
  expect(drifted.refusals[0]?.got).toContain("+ table twin");
  expect(drifted.refusals[0]?.got).toContain("~ table users: column age (INTEGER) is only in the database");
});

test("questions about rows are asked in one go; answers decide, and are shown", () => {
  const risky = file(
    "0003_risky.sql",
    '-- d1:phase contract\nCREATE UNIQUE INDEX users_email ON users (email);\n-- d1:data-loss "test rows"\nDELETE FROM posts;\n',
  );
  const draft = draftPlan(
    input([users, posts, risky], after(users, posts), { opened: { through: "0003_risky.sql" } }),
  );
  expect(draft.questions).toHaveLength(3);
  const close = (duplicates: number): Plan =>
    draft.close(
      draft.questions.map((sql) =>
        /HAVING/.test(sql) ? duplicates : /count\(\*\) FROM "posts"/.test(sql) ? 12 : 0,
      ),
    );
  expect(refusals(close(1))).toEqual([
    "DD2: rows of users are not unique in email | join or rename the duplicates in a migration before this one, by name",
  ]);
  const safe = close(0);
  expect(safe.refusals).toEqual([]);
  expect(planLines(safe).join("\n")).toContain("DELETE FROM posts  (12 rows)");
});

test("a statement with a WHERE is shown with the rows that it names, under the table's live name", () => {
  const clean = file("0003_clean.sql", "DELETE FROM posts WHERE user_id IS NULL RETURNING id;\n");
  const draft = draftPlan(input([users, posts, clean], after(users, posts)));
  expect(draft.questions.map((sql) => sql.trim())).toEqual([
    'SELECT count(*) FROM "posts" WHERE user_id IS NULL',
  ]);
  expect(planLines(draft.close([1])).join("\n")).toContain("DELETE FROM posts  (1 row)");
});

test("a waiver that takes an empty table for granted is refused when the table has rows", () => {
  const drop = file(
    "0003_drop.sql",
    '-- d1:phase contract\n-- d1:allow DL1 "never used"\nDROP TABLE posts;\n',
  );
  const draft = draftPlan(
    input([users, posts, drop], after(users, posts), { opened: { through: "0003_drop.sql" } }),
  );
  const close = (empty: number): Plan =>
    draft.close(draft.questions.map((sql) => (/^SELECT NOT EXISTS/.test(sql) ? empty : 3)));
  expect(refusals(close(0))[0]).toMatch(/A waiver rests on something that is not so/);
  expect(close(1).refusals).toEqual([]);
});

test("1,000 applied files cost next to nothing, and 200 pending ones on 100 tables little", () => {
  const many = Array.from({ length: 1_000 }, (_, i) =>
    file(`${String(i + 1).padStart(4, "0")}_t.sql`, `CREATE TABLE t${i} (a);\n`),
  );
  const applied: DatabaseSnapshot = {
    ...after(users),
    ledger: many.map(({ name }) => name),
    log: many.map(({ name, checksum }) => ({
      name,
      checksum,
      chain: "",
      phase: "expand",
      schemaAfter: fingerprint(after(users).schema),
    })),
  };
  const given = input(many, applied);
  const cpu = process.cpuUsage();
  expect(offlinePlan(given).refusals).toEqual([]);
  const usedMs = process.cpuUsage(cpu).user / 1000;
  // The bound is generous, for machines under load; the benchmark has the figure.
  expect(usedMs).toBeLessThan(1_000);
});
