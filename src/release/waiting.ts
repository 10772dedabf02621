import type { Entry } from "./journal/entry.ts";
import { underWay } from "./journal/under-way.ts";

/** `waits for "support-agrees"; open it with --approve support-agrees --reason "why"` */
export function waitingText({
  for: kind,
  name,
  until,
}: Pick<Extract<Entry, { kind: "waiting" }>, "for" | "name" | "until">): string {
  switch (kind) {
    case "approval":
      return `waits for "${name}": --approve ${name} --reason "why"`;
    case "freeze":
      return `waits for the end of a freeze (${name}): ${until === undefined ? "none within a year" : `until ${until.slice(0, 16).replace("T", " ")} UTC`}`;
    default:
      return kind satisfies never;
  }
}

/** A release that was begun from this folder and has not ended, in a sentence; undefined where none is. @param folder of a stage's releases */
export function underWayText(folder: string): string | undefined {
  const here = underWay(folder);
  if (here === undefined) return undefined;
  const { id, by, waiting, hasPassed } = here.progress;
  return waiting === undefined || !hasPassed
    ? `release ${id} is under way, begun by ${by}`
    : `release ${id} ${waitingText(waiting)}`;
}
