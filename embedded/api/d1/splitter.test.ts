import { expect, test } from "vitest";
import { cutsTrigger } from "./splitter.ts";

const trigger = (body: string, begin = "BEGIN", end = "END"): string =>
  `CREATE TRIGGER x AFTER INSERT ON t\n${begin}\n  ${body}\n${end};`;

test.each([
  ["BEGIN in lower case", trigger("DELETE FROM t;", "begin")],
  ["a bare CASE", trigger("UPDATE t SET a = CASE WHEN 1 THEN 2 ELSE 3 END;")],
  ["CRLF", trigger("DELETE FROM t;").replaceAll("\n", "\r\n")],
  ["CRLF after a comment", `-- why\n${trigger("DELETE FROM t;").replaceAll("\n", "\r\n")}`],
  ["a temporary trigger", trigger("DELETE FROM t;", "begin").replace("CREATE", "create temp")],
])("cuts %s", (_, sql) => expect(cutsTrigger(sql)).toBe(true));

test.each([
  ["a well-formed trigger", trigger("DELETE FROM t; UPDATE t SET a = 1;")],
  ["a CASE in parentheses", trigger("UPDATE t SET a = (CASE WHEN 1 THEN 2 ELSE 3 END);")],
  [
    "the words in strings, names and comments",
    trigger("SELECT 'case', \"case\", `begin`; -- case\n /* begin CASE */"),
  ],
  ["CRLF before it", `-- why\r\n\r\n${trigger("DELETE FROM t;")}`],
  ["what is no trigger", "UPDATE t SET a = CASE WHEN 1 THEN 2 ELSE 3 END\r\n WHERE b = 'create trigger'"],
])("does not cut %s", (_, sql) => expect(cutsTrigger(sql)).toBe(false));
