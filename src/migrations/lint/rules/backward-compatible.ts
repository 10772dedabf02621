import { type Rebuild, rebuildOf, rebuilds } from "../../shadow/find-rebuilds.ts";
import { isSystem, type Replay, type Step } from "../../shadow/replay.ts";
import { affinity, type Column, fold, type Index, sameName, type Table } from "../../sql/structure.ts";
import { allows, checks, isStricter, keyNamesNew, uniqueSets } from "../evidence/constraints.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** BC1: changes that the code of now, which still runs while this file is applied and may come back, does not survive. */
export const backwardCompatible: Rule = {
  code: "BC1",
  title: "what running code does not survive; the fix says which two files it should be",
  severity: "error",
  except: "but not in a contract file",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) => {
    if (replay.file.phase === "contract") return [];
    const found = rebuilds(replay);
    return [
      ...replay.steps.flatMap((step) => (step.error === undefined ? broken(replay, found, step) : [])),
      ...found
        .filter((rebuild) => replay.holds(rebuild.table))
        .flatMap((rebuild) => rebuilt(replay, rebuild)),
    ];
  },
};

function broken(replay: Replay, found: readonly Rebuild[], step: Step): readonly Finding[] {
  const { action } = step;
  const say = (message: string, expand: string, contract: string): readonly Finding[] => [
    twoFiles(replay, step, message, expand, contract),
  ];
  switch (action.kind) {
    case "drop":
      if (
        action.object === "table" &&
        replay.holds(action.name) &&
        !isSystem(action.name) &&
        rebuildOf(found, step) === undefined
      ) {
        return say(
          `running code may use the table ${action.name}`,
          "nothing: release code that does not use it",
          `DROP TABLE ${action.name}`,
        );
      }
      if (
        action.object === "view" &&
        replay.before.object("view", action.name) !== undefined &&
        losesSomething(replay, action.name)
      ) {
        return say(
          `running code may read the view ${action.name}`,
          "a view of another name",
          `DROP VIEW ${action.name}`,
        );
      }
      if (action.object === "index") return droppedIndex(replay, action.name, say);
      return [];
    case "renameTable":
      if (!replay.holds(action.table) || found.some(({ table }) => sameName(table, action.table))) return [];
      return say(
        `running code uses the name ${action.table}`,
        `CREATE VIEW ${action.to} AS SELECT * FROM ${action.table}, and code that reads it`,
        `DROP VIEW ${action.to}; ALTER TABLE ${action.table} RENAME TO ${action.to}`,
      );
    case "dropColumn":
      if (!existed(replay, action.table, action.column)) return [];
      return say(
        `running code may use ${action.table}.${action.column}`,
        "nothing: release code that does not use it",
        `ALTER TABLE ${action.table} DROP COLUMN ${action.column}`,
      );
    case "renameColumn":
      if (!existed(replay, action.table, action.column)) return [];
      return [
        at(step, {
          message: `running code uses the name ${action.table}.${action.column}: it runs until the new code is everywhere, and comes back with a rollback`,
          fix: `let three files be written in the place of this one, with db new <database> --rename ${action.table}.${action.column}=${action.to}: the new name beside the old one, and two contracts`,
        }),
      ];
    case "addColumn": {
      const column = step.after
        .table(action.table)
        ?.columns.find(({ name }) => sameName(name, action.column));
      if (column === undefined || !replay.holds(action.table) || !demanding(column)) return [];
      return say(
        `INSERTs of running code do not give ${action.table}.${action.column}`,
        `ADD COLUMN ${action.column} with a default, or nullable`,
        "a rebuild that makes it NOT NULL",
      );
    }
    case "create":
      return created(replay, step, say);
    default:
      return [];
  }
}

/** The same columns, compared alike. Of expressions SQLite does not say which they are. */
const sameKey = (one: Index, other: Index): boolean =>
  one.columns.every((column) => column !== undefined) &&
  one.columns.join() === other.columns.join() &&
  one.collations.join() === other.collations.join();

/** Code that says ON CONFLICT (columns) fails without uniqueness over them. */
function droppedIndex(
  replay: Replay,
  name: string,
  say: (message: string, expand: string, contract: string) => readonly Finding[],
): readonly Finding[] {
  const table = replay.before.table(replay.before.object("index", name)?.tableName ?? "");
  const index = table?.indexes.find((one) => sameName(one.name, name));
  if (table === undefined || index?.unique !== true || !replay.holds(table.name)) return [];
  const now = replay.after.table(table.name);
  // Without its table, or rebuilt, it is the business of those rules.
  if (
    now === undefined ||
    now.indexes.some((one) => one.unique && (index.partial || !one.partial) && sameKey(one, index))
  )
    return [];
  return say(
    `running code may write with ON CONFLICT (${index.columns.map((column) => column ?? "…").join(", ")}), which needs the unique index ${name}`,
    "nothing: release code that does without it",
    `DROP INDEX ${name}`,
  );
}

function created(
  replay: Replay,
  step: Step,
  say: (message: string, expand: string, contract: string) => readonly Finding[],
): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "create") return [];
  const object = step.after.object(action.object, action.name);
  if (object === undefined || !replay.holds(object.tableName)) return [];
  if (action.object === "index" && action.unique) {
    const table = step.after.table(object.tableName);
    const made = table?.indexes.find(({ name }) => sameName(name, action.name));
    const before = replay.before.table(object.tableName);
    const known = before?.indexes.some(
      (one) => one.unique && !one.partial && made !== undefined && sameKey(one, made),
    );
    const isOld = table !== undefined && before !== undefined && !keyNamesNew(object.sql, before, table);
    if (!isOld || known === true || replay.before.object("index", action.name)?.sql === object.sql) return [];
    return say(
      `running code may write what the unique index ${action.name} refuses`,
      "nothing: release code that writes no duplicates",
      `CREATE UNIQUE INDEX ${action.name} …`,
    );
  }
  if (
    action.object === "trigger" &&
    step.tokens.some((token) => token.keyword === "RAISE") &&
    replay.before.object("trigger", action.name) === undefined
  ) {
    return say(
      `running code may write what the trigger ${action.name} refuses`,
      "nothing: release code that does not",
      `CREATE TRIGGER ${action.name} …`,
    );
  }
  return [];
}

function rebuilt(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const { old, rebuilt: now, table, create } = rebuild;
  const findings: Finding[] = [];
  const say = (message: string, expand: string): void => {
    findings.push(twoFiles(replay, create, message, expand, `the rebuild of ${table}`));
  };
  for (const column of old.columns) {
    const after = now.columns.find(({ name }) => sameName(name, column.name));
    if (after === undefined)
      say(`running code may use ${table}.${column.name}`, "nothing: release code that does not use it");
    else if (!column.notNull && column.primaryKey === 0 && after.notNull)
      say(
        `running code may write NULL into ${table}.${column.name}`,
        "nothing: release code that always gives it a value",
      );
    else if (affinity(after.type) !== affinity(column.type))
      say(
        `running code expects ${table}.${column.name} as ${column.type || "any type"}`,
        `a new column of type ${after.type}, and code that uses it`,
      );
  }
  for (const column of now.columns) {
    if (!old.columns.some(({ name }) => sameName(name, column.name)) && demanding(column))
      say(
        `INSERTs of running code do not give ${table}.${column.name}`,
        `ADD COLUMN ${column.name} with a default`,
      );
  }
  const news = newConstraints(old, now);
  if (news.length > 0)
    say(
      `running code may write what ${news.join(", ")} of ${table} refuses`,
      "nothing: release code that writes nothing against it",
    );
  return findings;
}

function newConstraints(old: Table, now: Table): readonly string[] {
  const had = (texts: readonly string[]): ReadonlySet<string> => new Set(texts);
  const checked = checks(old.sql);
  const keys = had(old.foreignKeys.map((key) => `${fold(key.parent)} ${key.from.join()}`));
  const existing = (column: string): boolean => old.columns.some(({ name }) => sameName(name, column));
  return [
    ...uniqueSets(now)
      .filter((set) => isStricter(old, set) && set.columns.every(existing))
      .map(({ text }) => `UNIQUE (${text})`),
    ...checks(now.sql)
      .filter((check) => !checked.some((one) => allows(check, one)))
      .map(({ sql }) => `CHECK (${sql})`),
    ...now.foreignKeys
      .filter((key) => !keys.has(`${fold(key.parent)} ${key.from.join()}`) && key.from.every(existing))
      .map((key) => `the reference to ${key.parent}`),
  ];
}

const demanding = (column: Column): boolean =>
  column.kind === "plain" &&
  column.notNull &&
  column.defaultSql === undefined &&
  !(column.primaryKey === 1 && column.type === "INTEGER");

const existed = (replay: Replay, table: string, column: string): boolean =>
  replay.holds(table) &&
  (replay.before.table(table)?.columns.some(({ name }) => sameName(name, column)) ?? false);

/** A view that is made again must still have the columns and triggers of before; more of them hurt nobody. */
function losesSomething(replay: Replay, view: string): boolean {
  const triggers = replay.before.objects.filter(
    ({ type, tableName }) => type === "trigger" && sameName(tableName, view),
  );
  if (triggers.some(({ name }) => replay.after.object("trigger", name) === undefined)) return true;
  const now = replay.after.viewColumns(view);
  return replay.before.viewColumns(view).some((name) => !now.some((other) => sameName(other, name)));
}

function twoFiles(replay: Replay, step: Step, message: string, expand: string, contract: string): Finding {
  const digits = /^\d+/.exec(replay.file.name)?.[0] ?? "0001";
  const following = String(Number(digits) + 1).padStart(digits.length, "0");
  const rest = replay.file.name.slice(digits.length).replace(/\.sql$/, "");
  return at(step, {
    message: `${message}: it runs until the new code is everywhere, and comes back with a rollback`,
    fix: `make two files of it:\n  ${replay.file.name} (expand): ${expand}\n  ${following}${rest}_contract.sql, after that code is released (-- d1:phase contract): ${contract}`,
  });
}
