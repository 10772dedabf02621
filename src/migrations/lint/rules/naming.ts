import { reservedTables } from "../../sql/ledger-tables.ts";
import { sameName } from "../../sql/structure.ts";
import { at, type Rule } from "./rule.ts";

/** NM1, the part of it that statements can break: tables that are not theirs. Names and numbers of files are read with the folder. */
export const naming: Rule = {
  code: "NM1",
  title: "file names and numbers; tables that migrations may not touch",
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
        at(step, "NM1", "error", {
          message: `touches ${name}, which keeps the account of migrations`,
          fix: "leave it to the commands: baseline, accept",
          waivable: false,
        }),
      );
    }),
};
