import { nameAt } from "../../sql/action.ts";
import { fold } from "../../sql/structure.ts";
import { list, type Token, topLevel, within } from "../../sql/tokens.ts";
import { at, type Rule } from "./rule.ts";

/** ST1: `SET a = 1, a = 2`: SQLite takes the last one and says nothing. */
export const setTwice: Rule = {
  code: "ST1",
  title: "a column that one `SET`, or the list of an `INSERT`, names twice: SQLite uses one of the values",
  severity: "error",
  waiver: "none",
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action, tokens } = step;
      if (action.kind !== "update" && action.kind !== "insert") return [];
      const lists = [...setLists(tokens), ...(action.kind === "insert" ? [insertList(tokens)] : [])];
      return lists.flatMap((columns) =>
        columns
          .filter((column, i) => columns.indexOf(column) === i && columns.lastIndexOf(column) !== i)
          .map((column) =>
            at(step, {
              message: `${column} of ${action.table} is given twice`,
              fix: "keep the one that is meant; the other is thrown away",
            }),
          ),
      );
    }),
};

/** The columns of each SET, folded. */
function setLists(all: readonly Token[]): readonly (readonly string[])[] {
  return all.flatMap((token, i) => {
    if (token.keyword !== "SET" || token.depth !== 0) return [];
    const ends = ["FROM", "WHERE", "RETURNING", "ORDER", "LIMIT", "ON"]
      .map((keyword) => topLevel(all, keyword, i))
      .filter((at) => at > 0);
    const terms = list(all.slice(i + 1, ends.length === 0 ? undefined : Math.min(...ends)));
    const columns = terms.flatMap((term) =>
      term[0]?.text === "(" ? list(within(term, 0)).map(([name]) => nameAt(name)) : [nameAt(term[0])],
    );
    return [columns.map(fold)];
  });
}

/** `INSERT INTO t (a, b)`: the columns in the parentheses right after the table, folded. */
function insertList(all: readonly Token[]): readonly string[] {
  const into = topLevel(all, "INTO");
  const open = all.findIndex(
    ({ text, kind, depth }, i) => i > into && depth === 0 && kind === "sign" && text === "(",
  );
  const values = ["VALUES", "SELECT", "DEFAULT"]
    .map((word) => topLevel(all, word, into))
    .filter((i) => i > 0);
  if (into < 0 || open < 0 || open > Math.min(...values)) return [];
  return list(within(all, open)).map(([name]) => fold(nameAt(name)));
}
