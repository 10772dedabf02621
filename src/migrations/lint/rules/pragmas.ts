import type { Step } from "../../shadow/replay.ts";
import { at, type Rule, type Severity } from "./rule.ts";

/** FK1: switches that are ignored on D1, or that hide broken references. */
export const pragmas: Rule = {
  code: "FK1",
  title:
    "PRAGMAs that D1 ignores (`foreign_keys=OFF`) or that hide broken references (`defer_foreign_keys=OFF`)",
  severity: "error",
  except:
    "but what drizzle and Prisma write around every rebuild, `foreign_keys=OFF` and `defer_foreign_keys=OFF`, is a warning: DL3 finds what the one does not prevent, and the check that ends every migration what the other hides",
  waiver: "none",
  silentOnNew: true,
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      if (action.kind !== "pragma") return [];
      const on = switchesOn(action.argument);
      const off = action.argument !== "" && !on;
      const said = (message: string, fix: string, severity: Severity = "error") => [
        at(step, { severity, message, fix }),
      ];
      switch (action.name) {
        case "foreign_keys":
          return off
            ? said(
                "D1 accepts PRAGMA foreign_keys=OFF and ignores it: foreign keys stay on",
                "leave it or take it out, it does nothing; a table with references is rebuilt with them (DL3 prints how)",
                "warning",
              )
            : [];
        case "defer_foreign_keys":
          return off && !checked(replay.steps.slice(0, step.index))
            ? said(
                "PRAGMA defer_foreign_keys=OFF erases the violations counted so far; those that are left at the end of the file stop it all the same",
                "leave it or take it out: the deferral ends by itself, and references are checked at the end of every migration",
                "warning",
              )
            : [];
        case "legacy_alter_table":
          return on
            ? said("with legacy_alter_table a rename leaves references to the old name behind", "take it out")
            : [];
        case "ignore_check_constraints":
          return on
            ? said(
                "with ignore_check_constraints rows get in that no CHECK allows",
                "take it out, or correct the CHECK",
              )
            : [];
        default:
          return [];
      }
    }),
};

/** What SQLite takes for true: anything else, also a word that only begins like one, switches off. */
export function switchesOn(argument: string): boolean {
  const word = argument.replace(/^["'](.*)["']$/, "$1");
  return /^(on|true|yes)$/i.test(word) || Number.parseInt(word, 10) > 0;
}

/** An assertion on `pragma_foreign_key_check` before the deferral ends makes it harmless. */
const checked = (before: readonly Step[]): boolean =>
  before.some(
    ({ action, tokens }) =>
      action.kind === "select" &&
      tokens.some(({ text }) => text.toLowerCase() === "pragma_foreign_key_check") &&
      tokens.some(({ text }) => text.toLowerCase() === "json_extract"),
  );
