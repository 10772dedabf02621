import { accidentalText, type CopiedColumn, type Copy, keepsValues } from "../../shadow/copy.ts";
import type { Rebuild } from "../../shadow/find-rebuilds.ts";
import type { Step } from "../../shadow/replay.ts";
import { keepsAffinity } from "../../shadow/stashed-columns.ts";
import { affinity, type Column, sameName, type Table } from "../../sql/structure.ts";
import type { Finding } from "../rules/rule.ts";
import type { ColumnPair } from "./changed-declarations.ts";

/** Words of a finding about a rebuild; its table's name comes before the message. */
export type Say = (step: Step, message: string, fix: string) => Finding;

/** What happens to the old table's values, column by column. `copy` is its first copying statement. */
export const copiedValues = (rebuild: Rebuild, copy: Step, say: Say): readonly Finding[] => [
  ...ownColumns(rebuild, copy).flatMap((column) => valueLosses(rebuild, column, say)),
  ...convertedInStash(rebuild, say),
  ...notCopied(rebuild, copy, say),
  ...accidents(rebuild, copy, say),
];

/** Columns with values of their own from before this file. */
const ownColumns = ({ old, copiedAs }: Rebuild, { rows }: Step): readonly Column[] =>
  old.columns.filter(({ kind, name }) => kind === "plain" && !rows.addedHere(copiedAs, name));

const named = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => sameName(column.name, name));

/** Every column that a copy of the rebuild fills. */
export const filledWith = (
  rebuild: Rebuild,
): readonly (CopiedColumn & { readonly copy: Copy; readonly step: Step })[] =>
  rebuild.copies.flatMap((step) => {
    const { copy } = step;
    return copy === undefined ? [] : copy.columns.map((column) => ({ ...column, copy, step }));
  });

/** The columns of the old table that the new one has, by name or because a copy puts their values there. */
export const columnPairs = (rebuild: Rebuild): readonly ColumnPair[] =>
  rebuild.old.columns.flatMap((was) => {
    const heir = filledWith(rebuild).find((one) => keepsValues(one, rebuild.copiedAs, was.name));
    const is = named(rebuild.rebuilt, was.name) ?? named(rebuild.rebuilt, heir?.into ?? "");
    return is === undefined ? [] : [{ was, is }];
  });

/** What happens to the values of one column of the old table. */
function valueLosses(rebuild: Rebuild, column: Column, say: Say): readonly Finding[] {
  const { rebuilt, create, drop } = rebuild;
  const filled = filledWith(rebuild);
  const now = named(rebuilt, column.name);
  const heirs = filled.filter((one) => keepsValues(one, rebuild.copiedAs, column.name));
  const own = filled.find(({ into }) => sameName(into, column.name));
  const findings: Finding[] = [];
  if (now === undefined && heirs.length === 0)
    findings.push(
      say(
        drop,
        `loses the column ${column.name} with its values`,
        'keep it, or say why nothing needs it: -- d1:allow DL5 "why" above the DROP TABLE',
      ),
    );
  if (now !== undefined && own !== undefined && !heirs.some(({ into }) => sameName(into, column.name)))
    findings.push(
      say(
        own.step,
        `fills ${column.name} with ${written(own)}, not with the values of ${column.name}`,
        `name the columns on both sides, in one order: INSERT INTO … (${column.name}, …) SELECT ${column.name}, …; or say why its values may change: -- d1:data-loss "why"`,
      ),
    );
  const heir = now ?? heirs.map(({ into }) => named(rebuilt, into)).find((one) => one !== undefined);
  if (heir !== undefined && heir.kind === "plain" && converts(rebuild, column, heir))
    findings.push(
      say(
        create,
        `turns ${column.name} from ${column.type || "no type"} into ${heir.type || "no type"}: values may be converted`,
        'keep the type, or say why no value changes: -- d1:allow DL5 "why" above the CREATE TABLE',
      ),
    );
  return findings;
}

const written = ({ from, expression }: CopiedColumn): string =>
  from === undefined ? expression.map(({ text }) => text).join(" ") : `${from.table}.${from.column}`;

/** ANY keeps values as they are in a STRICT table only; elsewhere it turns '007' into 7. */
const affinityIn = (table: Table, { type }: Column): string =>
  table.strict && type === "ANY" ? "BLOB" : affinity(type);

function converts({ old, rebuilt }: Rebuild, before: Column, after: Column): boolean {
  const now = affinityIn(rebuilt, after);
  return now !== affinityIn(old, before) && now !== "BLOB";
}

/** Columns that wait in a stash which has them with another type: '007' is 7 in an INTEGER, and '7' when it comes back. */
function convertedInStash({ old, stash }: Rebuild, say: Say): readonly Finding[] {
  if (stash?.declared === undefined) return [];
  const { declared, filled, name } = stash;
  return (filled.copy?.columns ?? []).flatMap(({ into, from }) => {
    const was = named(old, from?.column ?? "");
    const waits = named(declared, into);
    if (was === undefined || waits === undefined || keepsAffinity(old, was.type, waits.type)) return [];
    return [
      say(
        filled,
        `lets ${was.name} wait as ${waits.type} in ${name}: values may be converted`,
        `CREATE TABLE ${name} AS SELECT …, or give ${into} the type ${was.type || "of none"}`,
      ),
    ];
  });
}

/** Columns that are there before and after, and that no copy fills. */
function notCopied(rebuild: Rebuild, step: Step, say: Say): readonly Finding[] {
  const filled = filledWith(rebuild);
  if (filled.length === 0) return [];
  const unread = ownColumns(rebuild, step).filter(
    ({ name }) =>
      named(rebuild.rebuilt, name) !== undefined && !filled.some(({ into }) => sameName(into, name)),
  );
  if (unread.length === 0) return [];
  return [
    say(
      step,
      `does not copy ${unread.map(({ name }) => name).join(", ")}`,
      "name the columns on both sides of INSERT INTO … SELECT …",
    ),
  ];
}

/** New columns that are filled with their own name: `"email"` is a string to SQLite where there is no such column. */
function accidents(rebuild: Rebuild, step: Step, say: Say): readonly Finding[] {
  return filledWith(rebuild).flatMap((one) => {
    const text = accidentalText(one, step.before, one.copy);
    return text === undefined || named(rebuild.old, one.into) !== undefined
      ? []
      : [
          say(
            one.step,
            `fills ${one.into} with the text '${text}' in every row: "${text}" is no column of ${rebuild.table}, and SQLite takes it for a string`,
            `leave ${one.into} out of the copy, or write what it shall hold, text in single quotes`,
          ),
        ];
  });
}
