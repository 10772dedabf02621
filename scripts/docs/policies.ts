// Writes the rules in docs/policies.md from the rules themselves: `node scripts/docs/policies.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policy/rules/all.ts";
import { isStackRule, type Rule, type Setting } from "../../policy/rules/rule.ts";
import { withSection } from "./section.ts";

const page = join(import.meta.dirname, "../../docs/policies.md");

const row = ({ id, levels, severity, title }: Rule): string =>
  `| [${id}](#${id}) | ${levels.protected} | ${levels.others} | ${severity} | ${cell(title)} |`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

function standardOf(setting: Setting): string {
  switch (setting.kind) {
    case "number":
      return `${setting.least} to ${setting.most}, ${setting.standard} where nothing is said`;
    case "choice":
      return `${setting.of.map((each) => `\`${each}\``).join(" or ")}, \`${setting.standard}\` where nothing is said`;
    case "list":
      return "a list, empty where nothing is said";
    default:
      return setting satisfies never;
  }
}

function section(rule: Rule): string {
  const { id, title, why, remediation, settings = {}, warns, needsProject } = rule;
  const notes = [
    ...(needsProject === true ? ["Only in a Lockstep project: it judges by the declarations."] : []),
    ...(warns === true ? ["Some of what it finds is a warning, whatever its level."] : []),
    ...(!isStackRule(rule) && rule.remedy !== undefined
      ? ['On the level "remediate" it mends the resource itself.']
      : []),
    isStackRule(rule)
      ? "It looks at the stack as a whole, at the end of a preview."
      : "It looks at each resource before that is made or changed.",
  ];
  return [
    `### ${id}`,
    "",
    title,
    "",
    `- **Why:** ${why}`,
    `- **What to do:** ${remediation}`,
    ...Object.entries(settings).map(
      ([name, setting]) => `- **\`${name}\`:** ${setting.says} (${standardOf(setting)}).`,
    ),
    `- ${notes.join(" ")}`,
  ].join("\n");
}

export const table = [
  "| rule | where data cannot be made again | elsewhere | severity | what has to hold |",
  "|---|---|---|---|---|",
  ...rules.map(row),
].join("\n");

export const pageWithPolicies = (): string =>
  withSection(readFileSync(page, "utf8"), "policies", [table, ...rules.map(section)].join("\n\n"));

if (import.meta.main) writeFileSync(page, pageWithPolicies());
