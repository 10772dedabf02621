import { nearest } from "../src/diagnostic/nearest.ts";
import type { Diagnostic } from "../src/diagnostic/user-error.ts";
import type { PolicyChoice, PolicyChoices, PolicyLevel } from "../src/project/policies.ts";
import { rules } from "./rules/all.ts";
import { isStackRule, type Rule, type Setting } from "./rules/rule.ts";

/** @param stages names of stages that there are; undefined where any stack may be meant */
export interface ConfigurationPlace {
  readonly where: string;
  readonly stages?: readonly string[];
}

const levels: readonly PolicyLevel[] = ["mandatory", "advisory", "disabled", "remediate"];

const isLevel = (value: unknown): value is PolicyLevel => levels.some((level) => level === value);

/** A choice as an object: a level alone is one. */
export const choiceOf = (choices: PolicyChoices, id: string): PolicyChoice => {
  const given = choices[id];
  return typeof given === "string" ? { level: given } : (given ?? {});
};

/** Everything that is wrong with choices for rules. What comes from a program may be anything: types are looked at too. */
export const checkChoices = (choices: PolicyChoices, place: ConfigurationPlace): readonly Diagnostic[] =>
  Object.keys(choices).flatMap((id) => {
    const rule = rules.find((each) => each.id === id);
    return rule === undefined ? [unknownRule(id, place)] : checkChoice(rule, choiceOf(choices, id), place);
  });

function unknownRule(id: string, { where }: ConfigurationPlace): Diagnostic {
  const ids = rules.map((rule) => rule.id);
  const meant = nearest(id, ids);
  return {
    what: "There is no such policy rule",
    where,
    got: JSON.stringify(id),
    expected: ids.join(", "),
    fix: meant === undefined ? "take it out, or write a rule's id" : `write "${meant}"`,
  };
}

function checkChoice(rule: Rule, choice: PolicyChoice, { where, stages }: ConfigurationPlace): Diagnostic[] {
  const of = `${where}, "${rule.id}"`;
  const given: [string, unknown][] = [
    ...(choice.level === undefined ? [] : [["level", choice.level] as [string, unknown]]),
    ...Object.entries(choice.stages ?? {}).map(([name, level]): [string, unknown] => [
      `stages.${name}`,
      level,
    ]),
  ];
  return [
    ...given.flatMap(([property, level]) => checkLevel(rule, `${of}, ${property}`, level)),
    ...Object.keys(choice.stages ?? {})
      .filter((name) => stages !== undefined && !stages.includes(name))
      .map((name) => ({
        what: "There is no such stage",
        where: `${of}, stages`,
        got: JSON.stringify(name),
        expected: (stages ?? []).join(", "),
        fix: "correct the name, or declare the stage",
      })),
    ...Object.keys(choice)
      .filter((property) => !["level", "stages", "settings"].includes(property))
      .map((property) => ({
        what: "A policy rule has no such property",
        where: of,
        got: JSON.stringify(property),
        expected: "level, stages or settings",
        fix: rule.settings?.[property] === undefined ? "take it out" : `write settings: { ${property}: … }`,
      })),
    ...Object.entries(choice.settings ?? {}).flatMap(([name, value]) => checkSetting(rule, of, name, value)),
  ];
}

function checkLevel(rule: Rule, where: string, level: unknown): Diagnostic[] {
  const mends = !isStackRule(rule) && rule.remedy !== undefined;
  const expected = levels.filter((each) => each !== "remediate" || mends).join(", ");
  if (isLevel(level) && (level !== "remediate" || mends)) return [];
  return [
    {
      what: isLevel(level) ? "The rule knows no remedy" : "There is no such level of a policy rule",
      where,
      got: JSON.stringify(level) ?? String(level),
      expected,
      fix: isLevel(level) ? 'write "mandatory": a person has to mend what it finds' : "write one of them",
    },
  ];
}

function checkSetting(rule: Rule, where: string, name: string, value: unknown): Diagnostic[] {
  const setting = rule.settings?.[name];
  const known = Object.keys(rule.settings ?? {});
  if (setting === undefined)
    return [
      {
        what: "The policy rule has no such setting",
        where: `${where}, settings`,
        got: JSON.stringify(name),
        expected: known.length === 0 ? "no setting: the rule has none" : known.join(", "),
        fix: known.length === 0 ? "take it out" : `write "${nearest(name, known) ?? known[0]}"`,
      },
    ];
  const expected = expectedOf(setting, value);
  return expected === undefined
    ? []
    : [
        {
          what: "A setting of a policy rule with a value that it cannot have",
          where: `${where}, settings.${name}`,
          got: JSON.stringify(value) ?? String(value),
          expected,
          fix: "correct it, or leave it out for the standard",
        },
      ];
}

/** What would have been right; undefined where the value is. */
function expectedOf(setting: Setting, value: unknown): string | undefined {
  switch (setting.kind) {
    case "number":
      return typeof value === "number" &&
        Number.isInteger(value) &&
        value >= setting.least &&
        value <= setting.most
        ? undefined
        : `a whole number of ${setting.least} to ${setting.most}`;
    case "choice":
      return setting.of.some((each) => each === value) ? undefined : setting.of.join(" or ");
    case "list":
      return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "")
        ? undefined
        : "a list of texts, none of them empty";
    default:
      return setting satisfies never;
  }
}
