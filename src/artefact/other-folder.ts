import type { Diagnostic } from "../diagnostic/user-error.ts";
import { differingText } from "./differing.ts";
import type { Parts } from "./parts.ts";

/** What a change of the folder in the middle of a release is called: by this the driver knows it. */
export const folderChanged = "The folder changed since the release began";

/** Each system of which a folder brings something else than when a release began, with the parts that differ. */
export const otherFolder = (
  here: Readonly<Record<string, Parts>>,
  begun: Readonly<Record<string, Parts>>,
): readonly Diagnostic[] =>
  [...new Set([...Object.keys(begun), ...Object.keys(here)])].sort().flatMap((name): Diagnostic[] => {
    const differing = differingText(here[name] ?? {}, begun[name] ?? {});
    if (differing === "") return [];
    return [
      {
        what: `${folderChanged}; nothing of the change was brought`,
        where: name,
        got:
          begun[name] === undefined
            ? `system ${name}, which the stage did not have`
            : here[name] === undefined
              ? `a stage without system ${name}`
              : differing,
        expected: "the folder as it was then, until the release has ended",
        fix: "put it back as it was (git stash, or a clone of the commit that was released); what is new comes with the next release",
      },
    ];
  });
