import type { Rebuild } from "../../shadow/find-rebuilds.ts";
import type { Replay, Step } from "../../shadow/replay.ts";
import { conflictClauses } from "../../sql/declarations.ts";
import type { SchemaObject } from "../../sql/schema-guard.ts";
import { type Index, sameName, type Table } from "../../sql/structure.ts";
import { normalised } from "../../sql/tokens.ts";
import type { Finding } from "../rules/rule.ts";
import type { Say } from "./copied-values.ts";

/** Indexes and triggers that a rebuild does not make again, or makes otherwise. */
export const changedObjects = (replay: Replay, rebuild: Rebuild, say: Say): readonly Finding[] => [
  ...indexes(replay, rebuild, say),
  ...triggers(replay, rebuild, say),
];

function indexes(
  { before, after, steps }: Replay,
  { drop, old, rebuilt }: Rebuild,
  say: Say,
): readonly Finding[] {
  return old.indexes.flatMap((index) => {
    const was = before.object("index", index.name);
    if (index.origin !== "c" || was === undefined) return [];
    const is = after.object("index", index.name);
    const isOverLost = index.columns.some(
      (name) => name !== undefined && !rebuilt.columns.some((column) => sameName(column.name, name)),
    );
    // The loss of that column is told already; a renamed one has another name here.
    const staysUnique = !index.unique || /^create unique /.test(definition(is));
    if (is !== undefined && isOverLost && staysUnique) return [];
    if (is === undefined) {
      const heir = rebuilt.indexes.some(
        (one) =>
          (index.unique && one.unique && refusesAlike(one, rebuilt) && sameColumns(one, index)) ||
          definition(after.object("index", one.name)) === definition(was),
      );
      if (heir) return [];
      return [say(drop, `loses the index ${index.name}`, `create it again after the rename: ${was.sql}`)];
    }
    if (
      definition(is) === definition(was) ||
      definition(is) === definition(was).replace("create index", "create unique index")
    )
      return [];
    return [
      say(
        makerOf(steps, "index", index.name) ?? drop,
        `makes the index ${index.name} otherwise: it was ${was.sql}`,
        'make it as it was, or say why: -- d1:allow DL5 "why" above the CREATE INDEX',
      ),
    ];
  });
}

function triggers({ before, after, steps }: Replay, { drop, table }: Rebuild, say: Say): readonly Finding[] {
  return before.objects.flatMap((was) => {
    if (was.type !== "trigger" || !sameName(was.tableName, table)) return [];
    const is = after.object("trigger", was.name);
    if (is === undefined)
      return [say(drop, `loses the trigger ${was.name}`, `create it again after the rename:\n${was.sql}`)];
    const isDropped = steps.some(
      ({ action }) =>
        action.kind === "drop" && action.object === "trigger" && sameName(action.name, was.name),
    );
    if (isDropped || definition(is) === definition(was)) return [];
    return [
      say(
        makerOf(steps, "trigger", was.name) ?? drop,
        `makes the trigger ${was.name} otherwise: it was ${was.sql}`,
        `make it as it was, or say that it changes: DROP TRIGGER ${was.name} before the rebuild`,
      ),
    ];
  });
}

const makerOf = (steps: readonly Step[], object: string, name: string): Step | undefined =>
  steps.findLast(
    ({ action }) => action.kind === "create" && action.object === object && sameName(action.name, name),
  );

/** A constraint that says ON CONFLICT IGNORE or REPLACE does not refuse, as an index does. */
const refusesAlike = ({ origin }: Index, { sql }: Table): boolean =>
  origin === "c" || conflictClauses(sql).length === 0;

/** Uniqueness over the same columns, compared alike, in all rows. */
const sameColumns = (one: Index, other: Index): boolean =>
  (!one.partial || other.partial) &&
  one.columns.every((column) => column !== undefined) &&
  one.columns.join() === other.columns.join() &&
  one.collations.join() === other.collations.join();

/** An object's text, comparable, without its own name. */
function definition(object: SchemaObject | undefined): string {
  if (object === undefined) return "";
  const text = normalised(object.sql)
    .replace(/ if not exists/, "")
    .replaceAll(/ asc(?= [,)])/g, "");
  const name = normalised(`"${object.name.replaceAll('"', '""')}"`);
  return text.replace(` ${name} `, " ");
}
