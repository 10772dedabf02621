import type { Phase } from "./directives.ts";

const rule = "-- ============================================";

/** A new migration file: header, a place for the statements, a verification that runs inside the transaction, rollback notes. */
export function template(title: string, number: string, phase: Phase, date: string): string {
  return [
    rule,
    `-- ${title}`,
    `-- Migration: ${number}`,
    `-- Created: ${date}`,
    "-- Rollback: see end of file",
    rule,
    ...(phase === "contract" ? ["-- d1:phase contract"] : []),
    "",
    "-- Statements, each ended by a semicolon.",
    "",
    "-- What must be true before this file is committed, or all of it is rolled back. Take the two # out to use it:",
    "-- # d1:verify every note has an author",
    "-- # SELECT count(*) = 0 FROM notes WHERE author IS NULL",
    "",
    rule,
    "-- Rollback notes",
    rule,
    ...(phase === "contract"
      ? [
          "-- Contract files run when no old code is left: a rollback past this one is refused.",
          "-- Forward fix: …",
        ]
      : ["-- 1. Roll the code back; this schema still serves it.", "-- 2. Forward fix: …"]),
    "",
  ].join("\n");
}
