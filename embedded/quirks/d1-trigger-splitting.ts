import { ask, withDatabase } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const d1TriggerSplitting: Quirk = {
  name: "d1-trigger-splitting",
  what: "D1's /query and /raw split SQL themselves and cut well-formed triggers in two: BEGIN in lower case, a bare CASE … END in the body, or CRLF line ends give `incomplete input: SQLITE_ERROR` (7500). /import and Worker bindings do not.",
  source: "https://github.com/cloudflare/workers-sdk/issues/15314",
  date: "2026-09-23",
  probe:
    'POST /accounts/$A/d1/database/$D/query {"sql":"CREATE TABLE t(a); CREATE TRIGGER x AFTER INSERT ON t begin DELETE FROM t; end;"}: is it refused with `incomplete input`?',
  isSeen: (account) =>
    withDatabase(account, async (id) => {
      const sql = "CREATE TABLE t (a); CREATE TRIGGER x AFTER INSERT ON t begin DELETE FROM t; end;";
      const answer = await ask(account, "POST", `/d1/database/${id}/query`, { sql });
      return answer.kind === "refused" && answer.message.includes("incomplete input");
    }),
};
