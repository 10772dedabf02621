import { closureRebuild, recipeText } from "../rebuild.ts";
import { type Rebuild, rebuildOf, rebuilds } from "../rebuilds.ts";
import { isSystem, type Replay, type Step } from "../replay.ts";
import { quoted, sameName } from "../structure.ts";
import { tokens } from "../tokens.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL3: rows of other tables that a statement deletes or changes, through foreign keys or triggers. */
export const foreignKeyEffects: Rule = {
  code: "DL3",
  title: "foreign keys or triggers carry a statement into other tables",
  check: (replay) => {
    const found = rebuilds(replay);
    let deferred = false;
    return replay.steps.flatMap((step) => {
      const { action } = step;
      if (action.kind === "pragma" && action.name === "defer_foreign_keys")
        deferred = /^(1|on|true|yes)$/i.test(action.argument);
      return [...effects(replay, found, step), ...stranded(replay, found, step, deferred)];
    });
  },
};

function target(step: Step): string | undefined {
  const { action } = step;
  switch (action.kind) {
    case "drop":
      return action.object === "table" ? action.name : undefined;
    case "delete":
    case "update":
    case "insert":
      return action.table;
    default:
      return undefined;
  }
}

function effects(replay: Replay, found: readonly Rebuild[], step: Step): readonly Finding[] {
  const direct = target(step);
  if (direct === undefined || step.error !== undefined) return [];
  const mayHoldRows = (table: string): boolean =>
    !isSystem(table) &&
    !found.some((rebuild) => isCopied(rebuild, table, step)) &&
    (step.rows.filled(table) || step.holds(table));
  const isTable = step.before.table(direct) !== undefined;
  if (isTable && !mayHoldRows(direct) && step.action.kind !== "insert") return [];
  const deleted = names(
    step,
    (event) =>
      event.action === "DELETE" &&
      (!sameName(event.a, direct) || event.source !== "") &&
      mayHoldRows(event.a),
  );
  const changed = names(
    step,
    (event) =>
      event.action === "UPDATE" && event.source === "" && !sameName(event.a, direct) && mayHoldRows(event.a),
  );
  const own = selfActions(step, direct);
  if (deleted.length === 0 && changed.length === 0 && own.length === 0) return [];
  const what = [
    ...deleted.map((table) => `deletes rows of ${table}`),
    ...changed.map((table) => `changes rows of ${table}`),
    ...own,
  ].join(" and ");
  const rebuild = rebuildOf(found, step);
  if (rebuild !== undefined)
    return [
      refusedRebuild(
        replay,
        step,
        rebuild,
        `dropping ${direct} to rebuild it ${what}: its foreign keys act, and no PRAGMA stops them on D1`,
      ),
    ];
  const onlyUpdate = deleted.length === 0 && step.action.kind === "update";
  return [
    at(step, "DL3", onlyUpdate ? "warning" : "error", {
      message: `${verb(step)} ${direct} also ${what}, by foreign keys or triggers`,
      fix: 'name those rows in statements of their own before it, or say why they may go: -- d1:data-loss "why"',
    }),
  ];
}

/** A table that refers to itself: deleting a row takes those along that refer to it. */
function selfActions(step: Step, table: string): readonly string[] {
  if (step.action.kind !== "delete") return [];
  const keys = step.before.table(table)?.foreignKeys.filter((key) => sameName(key.parent, table)) ?? [];
  if (keys.some((key) => key.onDelete === "CASCADE"))
    return [`deletes the rows of ${table} that refer to those it names`];
  return keys.some((key) => ["SET NULL", "SET DEFAULT"].includes(key.onDelete))
    ? [`changes the rows of ${table} that refer to those it names`]
    : [];
}

/** The old table of another rebuild, between its copy and its own DROP: what happens to its rows does not matter any more. */
const isCopied = (rebuild: Rebuild, table: string, step: Step): boolean =>
  sameName(rebuild.droppedAs, table) &&
  rebuild.copies.length > 0 &&
  rebuild.copies.every((copy) => copy.index < step.index) &&
  step.index < rebuild.drop.index;

/** DROP TABLE while another table still refers to it: it fails as soon as there are rows, or leaves a reference to nothing. */
function stranded(
  replay: Replay,
  found: readonly Rebuild[],
  step: Step,
  deferred: boolean,
): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "drop" || action.object !== "table" || step.error !== undefined) return [];
  const children = step.before
    .tables()
    .filter((table) => !sameName(table.name, action.name) && step.holds(table.name))
    .filter((table) => !found.some((rebuild) => isCopied(rebuild, table.name, step)))
    .filter((table) =>
      table.foreignKeys.some(
        (key) => sameName(key.parent, action.name) && ["NO ACTION", "RESTRICT"].includes(key.onDelete),
      ),
    )
    .map((table) => table.name);
  if (children.length === 0) return [];
  const rebuild = rebuildOf(found, step);
  if (rebuild !== undefined) {
    if (deferred) return [];
    return [
      refusedRebuild(
        replay,
        step,
        rebuild,
        `dropping ${action.name} to rebuild it fails as soon as ${children.join(", ")} has a row that refers to it`,
      ),
    ];
  }
  return [
    at(step, "DL3", "error", {
      message: `drops ${action.name}, to which ${children.join(", ")} still refers`,
      fix: `rebuild ${children.join(", ")} without the reference first`,
    }),
  ];
}

function refusedRebuild(replay: Replay, step: Step, rebuild: Rebuild, message: string): Finding {
  const [copy] = rebuild.copies;
  const recipe = closureRebuild(beforeRebuild(replay, rebuild), {
    table: rebuild.table,
    create: rebuild.create.statement.sql,
    createName: rebuild.successor,
    ...(copy === undefined ? {} : { copy: readFrom(copy.statement.sql, rebuild) }),
  });
  return at(step, "DL3", "error", {
    message,
    fix: `put this in the place of the rebuild; it keeps every row:\n${recipeText(recipe)}`,
    waivable: false,
  });
}

/** The schema before the first statement of the rebuild: its CREATE TABLE, or the rename that moves the old table aside. */
function beforeRebuild(replay: Replay, rebuild: Rebuild): Step["before"] {
  const aside = replay.steps.find(
    ({ action, index }) =>
      action.kind === "renameTable" && sameName(action.table, rebuild.table) && index < rebuild.create.index,
  );
  return (aside ?? rebuild.create).before;
}

/** The copy as it would read if the old table had kept its name. */
function readFrom(copy: string, { droppedAs, table }: Rebuild): string {
  if (sameName(droppedAs, table)) return copy;
  let text = "";
  let copied = 0;
  for (const token of tokens(copy)) {
    if ((token.kind !== "word" && token.kind !== "name") || !sameName(token.text, droppedAs)) continue;
    text += copy.slice(copied, token.start) + quoted(table);
    copied = token.end;
  }
  return text + copy.slice(copied);
}

const names = (step: Step, wanted: (event: Step["events"][number]) => boolean): readonly string[] => [
  ...new Set(step.events.filter(wanted).map((event) => event.a)),
];

const verb = (step: Step): string => {
  switch (step.action.kind) {
    case "drop":
      return "dropping";
    case "delete":
      return "deleting from";
    case "update":
      return "updating";
    default:
      return "replacing rows of";
  }
};
