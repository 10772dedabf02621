/** No line of a terminal is made for more of a statement; `--json` has all of it. */
const mostCharacters = 300;

/** A statement in one line, for people. */
export function statementText(sql: string): string {
  const text = sql.replace(/\s+/g, " ").trim();
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}
