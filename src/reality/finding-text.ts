import type { CommandPlace } from "../diagnostic/place.ts";
import { inPlace } from "../diagnostic/sentence.ts";
import type { Finding } from "./finding.ts";

/** A finding as a person reads it, a line for each part. */
export function findingText(finding: Finding, place: CommandPlace): string {
  const { resource, what, expected, found, differences, author, fix } = finding;
  return [
    `${resource}: ${what}`,
    ...(author === undefined
      ? []
      : [`  by:       ${author.who}, ${author.at}${author.how === "" ? "" : ` (${author.how})`}`]),
    `  got:      ${found}`,
    `  expected: ${expected}`,
    ...differences.map((line, at) => `  ${at === 0 ? "differs:  " : "          "}${line}`),
    `  fix:      ${inPlace(fix, place)}`,
  ].join("\n");
}
