import { split } from "./split.ts";
import { tokens } from "./tokens.ts";

const writing = ["INSERT", "UPDATE", "DELETE", "REPLACE"];

/**
 * Why a text is not one SELECT, with or without `WITH` before it; undefined where it is one. The text is not parsed: one that is
 * wrong in another way is refused by whoever runs it, and a SELECT that is wrong changes nothing.
 */
export function notSingleSelect(sql: string): string | undefined {
  const { pieces, unterminated } = split(sql);
  if (unterminated !== undefined) return `a ${unterminated.what} that never ends`;
  const [piece, ...more] = pieces;
  if (piece === undefined) return "no statement";
  if (more.length > 0) return `${pieces.length} statements`;
  const found = tokens(piece.sql);
  const first = found[0]?.keyword ?? "";
  if (first !== "SELECT" && first !== "WITH")
    return `a statement that begins with ${found[0]?.text ?? "nothing"}`;
  // What follows the tables of a WITH may write. The function replace() is a word before a parenthesis.
  const write = found.find(
    ({ keyword, depth }, at) =>
      depth === 0 && writing.includes(keyword) && found[at + 1]?.text !== "(" && found[at - 1]?.text !== ".",
  );
  return write === undefined ? undefined : `a statement with ${write.keyword}`;
}
