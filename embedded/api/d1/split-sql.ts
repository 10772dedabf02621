import { split } from "../../../src/migrations/sql/split.ts";

/** The statements of a text as SQLite would separate them; comments before them and empty statements between them vanish. */
export const splitSql = (sql: string): readonly string[] =>
  split(sql).pieces.map(({ start, end }) => sql.slice(start, end).trim());
