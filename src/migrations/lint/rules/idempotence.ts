import type { Step } from "../../shadow/replay.ts";
import { clocks } from "../../sql/clocks.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** ID1: what makes one file mean different things on different databases. */
export const idempotence: Rule = {
  code: "ID1",
  title: "`IF EXISTS`, `OR IGNORE`, values that differ from run to run",
  severity: "warning",
  waiver: "allow",
  check: (replay) => replay.steps.flatMap((step) => [...masks(step), ...chance(step)]),
};

function masks(step: Step): readonly Finding[] {
  const { action } = step;
  const warn = (what: string): readonly Finding[] => [
    at(step, {
      message: `${what} hides a database that is not what the files say`,
      fix: "leave it out: each file runs once, and a surprise should be seen",
    }),
  ];
  if (action.kind === "create" && action.ifNotExists) return warn("IF NOT EXISTS");
  if (action.kind === "drop" && action.ifExists) return warn("IF EXISTS");
  if ((action.kind === "insert" || action.kind === "update") && action.conflict === "IGNORE")
    return warn("OR IGNORE");
  return [];
}

function chance(step: Step): readonly Finding[] {
  if (!["insert", "update", "delete"].includes(step.action.kind)) return [];
  const called = new Set(
    step.events
      .filter((event) => event.action === "FUNCTION" && event.source === "")
      .map((event) => event.b.toLowerCase()),
  );
  const saysNow = step.tokens.some(
    (token) => token.kind === "string" && token.text.toLowerCase() === "'now'",
  );
  const random = [...called].filter(
    (name) =>
      ["random", "randomblob", "current_date", "current_time", "current_timestamp"].includes(name) ||
      (saysNow && clocks.includes(name)),
  );
  const keyword = step.tokens.find((token) =>
    ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"].includes(token.keyword),
  );
  const bare = step.tokens.find(
    (token, i) =>
      token.keyword === "UNIXEPOCH" && step.tokens[i + 1]?.text === "(" && step.tokens[i + 2]?.text === ")",
  );
  const found = [
    ...random,
    ...(keyword === undefined ? [] : [keyword.text]),
    ...(bare === undefined ? [] : ["unixepoch()"]),
  ];
  if (found.length === 0) return [];
  return [
    at(step, {
      message: `${[...new Set(found)].join(", ")} gives every stage other values`,
      fix: "write the value down, if stages should be comparable",
    }),
  ];
}
