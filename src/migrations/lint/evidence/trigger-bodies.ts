import type { Step } from "../../shadow/replay.ts";
import { type Action, parse } from "../../sql/action.ts";
import { sameName } from "../../sql/structure.ts";
import { tokens, topLevel } from "../../sql/tokens.ts";

interface BodyStatement {
  readonly action: Action;
  readonly hasWhere: boolean;
}

/** The statements between BEGIN and END of a CREATE TRIGGER. */
function bodyOf(createSql: string): readonly BodyStatement[] {
  const all = tokens(createSql);
  const end = all.findLastIndex((token) => token.keyword === "END");
  const found: BodyStatement[] = [];
  let start = all.findIndex((token) => token.keyword === "BEGIN") + 1;
  for (let i = start; start > 0 && i < end; i++) {
    const [first, last] = [all[start], all[i]];
    if (last?.text !== ";" || first === undefined) continue;
    const { action, tokens: own } = parse(createSql.slice(first.start, last.start));
    found.push({ action, hasWhere: topLevel(own, "WHERE") >= 0 });
    start = i + 1;
  }
  return found;
}

const about = (step: Step, trigger: string, kind: "update" | "delete" | "insert", table: string) =>
  bodyOf(step.before.object("trigger", trigger)?.sql ?? "").filter(
    ({ action }) => action.kind === kind && sameName(action.table, table),
  );

/** Whether a trigger that this statement sets off changes or deletes every row of a table. */
export const reachesAll = (step: Step, trigger: string, table: string): boolean =>
  [...about(step, trigger, "update", table), ...about(step, trigger, "delete", table)].some(
    ({ hasWhere }) => !hasWhere,
  );

/** Whether a trigger deletes some rows of a table only to write them again, as one that keeps a search index does. */
export const writesAgain = (step: Step, trigger: string, table: string): boolean =>
  about(step, trigger, "delete", table).every(({ hasWhere }) => hasWhere) &&
  about(step, trigger, "insert", table).length > 0;
