import type { CommandPlace } from "../../../src/diagnostic/place.ts";
import { findingText } from "../../../src/reality/finding-text.ts";
import type { RepairItem } from "./repair-items.ts";

/** What would be put back, item by item, and what is left to a person. */
export function repairText(stage: string, items: readonly RepairItem[], place: CommandPlace): string {
  const own = items.filter(({ way }) => way.kind !== "person");
  const left = items.filter(({ way }) => way.kind === "person");
  const back = own.map(({ finding: { resource, what, expected, found, differences, author }, way }, at) => [
    `${at + 1}. ${resource}: ${what}`,
    ...(author === undefined ? [] : [`     by:     ${author.who}, ${author.at}`]),
    `     now:    ${found}`,
    ...differences.map((line) => `             ${line}`),
    `     again:  ${expected}`,
    `     how:    ${
      way.kind === "call"
        ? `${way.repair.method} ${way.repair.path.replace(/\?.*/, "")}`
        : "the engine, with this resource alone"
    }`,
  ]);
  return [
    ...(own.length === 0
      ? [`Nothing that was changed by hand in ${stage} can be put back without a person.`]
      : [`Changed by hand in ${stage}; put back as the stack left it, no data touched:`]),
    ...back.map((lines) => `\n${lines.join("\n")}`),
    ...(left.length === 0 ? [] : [`\nLeft to a person (${left.length}):`]),
    ...left.map(({ finding }) => `\n${findingText(finding, place)}`),
    "",
  ].join("\n");
}
