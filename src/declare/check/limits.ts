import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { choicesOf } from "../kinds/choices.ts";
import { factsOf } from "../kinds/resources.ts";
import type { System } from "../system.ts";

/** Numbers that Cloudflare would refuse in the middle of an update. */
export const checkLimits = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) =>
    factsOf(resource).limits.flatMap(({ of, value, least, most }) =>
      value === undefined || (Number.isInteger(value) && value >= least && value <= most)
        ? []
        : [
            {
              what: "A number that Cloudflare does not accept",
              where: `${system.name}/${resource.name} (${resource.kind}), ${of}`,
              got: typeof value === "number" ? String(value) : JSON.stringify(value),
              expected: `a whole number of ${least} to ${most}`,
              fix: "correct it in src/systems",
            },
          ],
    ),
  );

/** Words that Cloudflare would refuse there too, or take for nothing said. */
export const checkChoices = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) =>
    choicesOf(resource).flatMap(({ of, value, words }) =>
      value === undefined || words.includes(value)
        ? []
        : [
            {
              what: "A word that Cloudflare does not know",
              where: `${system.name}/${resource.name} (${resource.kind}), ${of}`,
              got: JSON.stringify(value),
              expected: words.map((word) => JSON.stringify(word)).join(", "),
              fix: "write one of these in the declaration",
            },
          ],
    ),
  );
