import { fitted } from "./fit.ts";
import { foldsOf } from "./folds.ts";
import type { ReportInput, StageReport } from "./input.ts";
import { clipped, code, markdownTable, plain } from "./markdown.ts";
import { isChanged, rows, stageCells } from "./stage-row.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** The first line of a report: by it the comment is found that is edited in the place of a second one. */
export const marker = "<!-- lockstep: pull request report -->";

/** GitHub takes 65,536 characters; it says not whether an accent is one or two, so bytes are counted, of which there are never fewer. */
export const mostBytes = 65_000;

/** Lines of the summary that can be many: what is more is counted, and stands in the folds. */
const most = { reasons: 12, stages: 8 } as const;

/** A report as one comment: Markdown, always below GitHub's limit, however much changes. Says nothing that is not in its argument. */
export function report(input: ReportInput): string {
  const head = summary(input, verdictOf(input));
  const room = mostBytes - Buffer.byteLength(head.join("\n")) - 1;
  return `${[...head, ...fitted(foldsOf(input), room)].join("\n").trimEnd()}\n`;
}

const signs: Readonly<Record<Verdict["word"], string>> = {
  safe: "🟢",
  "needs a person": "🟡",
  refused: "🔴",
};

function summary(input: ReportInput, verdict: Verdict): readonly string[] {
  const changed = input.stages.filter(isChanged);
  const same = input.stages.filter((stage) => !changed.includes(stage));
  const fresh = changed.filter(({ isUp, failures }) => !isUp && failures.length === 0);
  return [
    marker,
    `## ${signs[verdict.word]} Lockstep: ${verdict.word}`,
    "",
    ...reasons(verdict),
    ...(changed.length === 0
      ? [input.failures.length === 0 ? "Nothing changes in any stage." : "Nothing is known of any stage."]
      : table(changed.slice(0, most.stages))),
    "",
    ...(changed.length > most.stages ? [`${changed.length - most.stages} more stages change.`, ""] : []),
    ...(same.length > 0 && changed.length > 0 ? [`Nothing changes in ${names(same)}.`, ""] : []),
    ...(fresh.length > 0
      ? [`Nothing of ${names(fresh)} was up where this was looked at: all of it is new.`, ""]
      : []),
    ...origin(input),
    "",
  ];
}

/** A column a stage: three of them fit on a telephone, where a row a stage would be wider than it. */
function table(stages: readonly StageReport[]): readonly string[] {
  const columns = stages.map(stageCells);
  return markdownTable(
    ["", ...stages.map((stage) => name(stage.name))],
    rows.map((row) => [row, ...columns.map((cells) => cells[row])]),
  );
}

const name = (said: string): string => code(clipped(said, 60));
const names = (stages: readonly { readonly name: string }[]): string =>
  stages
    .slice(0, most.stages)
    .map((stage) => name(stage.name))
    .join(", ");

function reasons({ reasons: all }: Verdict): readonly string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, most.reasons).map(({ stage, said }) => {
    const where = stage === undefined ? "" : `${name(stage)}: `;
    return `- ${where}${plain(clipped(said, 300))}`;
  });
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`- and ${more} more`] : []), ""];
}

function origin({ branch, commit, target }: ReportInput): readonly string[] {
  const words = [
    ...(branch === undefined ? [] : [`of ${name(branch)}`]),
    ...(commit === undefined ? [] : [`at ${code(commit.slice(0, 8))}`]),
    target === "embedded" ? "on the embedded target" : "on the real account",
  ];
  return [`<sub>Report ${words.join(" ")}</sub>`];
}
