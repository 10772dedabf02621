import { at, type Rule } from "./rule.ts";

/** D1a: triggers decide how a file travels. */
export const triggers: Rule = {
  code: "D1a",
  title: "a trigger: the file goes through the migrator Worker, because `/query` cuts triggers in two",
  severity: "info",
  except: "but refused with `-- d1:transport query`",
  waiver: "none",
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      if (action.kind !== "create" || action.object !== "trigger") return [];
      const forced = replay.file.transport === "query";
      return [
        at(step, {
          severity: forced ? "error" : "info",
          message: forced
            ? `the header asks for /query, whose splitter cuts triggers such as ${action.name} in two`
            : `creates the trigger ${action.name}: /query cuts triggers in two, so the file goes through the migrator Worker`,
          fix: forced ? "leave the header out, or write -- d1:transport migrator" : "nothing to do",
        }),
      ];
    }),
};
