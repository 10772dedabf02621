import { reservedTables } from "../../sql/ledger-tables.ts";
import { sameName } from "../../sql/structure.ts";
import { at, type Rule } from "./rule.ts";

/** NM1, the part of it that statements can break: tables that are not theirs. Names and numbers of files are read with the folder. */
export const naming: Rule = {
  code: "NM1",
  title: "names, numbers, and the tables that keep the account",
  severity: "error",
  except: "but a gap in the numbers is a warning",
  waiver: "none",
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const touched = new Set(
        step.events.flatMap((event) => reservedTables.filter((name) => sameName(name, event.a))),
      );
      for (const name of reservedTables) {
        if (step.tokens.some((token) => token.kind !== "string" && sameName(token.text, name)))
          touched.add(name);
      }
      return [...touched].map((name) =>
        at(step, {
          message: `touches ${name}, which keeps the account of migrations`,
          fix: "leave it to the commands: baseline, accept",
        }),
      );
    }),
};
