import type { BlastRadius } from "../review/blast-radius/radius.ts";
import { holdsText, provenText, userText } from "../review/blast-radius/text.ts";
import type { StageReport, Stakes } from "./input.ts";
import { clipped, code, plain } from "./markdown.ts";

/** What of a blast radius is told in a report: what the plan and the migrations say has folds of its own. */
export const stakesOf = ({ gone, atStake, backups }: BlastRadius): Stakes => ({
  gone: gone.map((each) => ({ ...each })),
  stores: atStake.map((each) => ({
    store: each.store,
    becomes: each.becomes,
    holds: holdsText(each.holds),
    ...(each.holds.why !== undefined && { why: each.holds.why }),
    usedBy: each.usedBy.map(userText),
    proven: provenText(each),
  })),
  backups,
});

/** A line for each thing that goes or is touched, with its stage at the end: what a stage has is no other's. */
export const stakeLines = (stages: readonly StageReport[]): readonly string[] =>
  stages.flatMap(({ name, stakes }) =>
    stakes === undefined ? [] : linesOf(stakes).map((line) => `- ${line} · ${plain(clipped(name, 60))}`),
  );

function linesOf({ gone, stores, backups }: Stakes): readonly string[] {
  return [
    ...gone.map(({ becomes, resource, type }) => `**${becomes}** ${short(resource)} ${words(type)}`),
    ...stores.map(({ store, becomes, holds, why, usedBy, proven }) =>
      [
        `${becomes === "deleted" || becomes === "replaced" ? `**${becomes}**` : becomes} ${short(store)}: holds ${words(holds)}`,
        ...(why === undefined ? [] : [` (${words(why)})`]),
        `; used by ${usedBy.length === 0 ? "no worker that is declared" : words(usedBy.join(", "))}`,
        `; restore proven: ${words(proven)}`,
      ].join(""),
    ),
    ...(stores.length === 0 ? [] : [`backups: ${words(backups)}`]),
  ];
}

const short = (said: string): string => code(clipped(said, 300));
const words = (said: string): string => plain(clipped(said, 1_000));
