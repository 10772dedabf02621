import { phases, titles } from "./items.ts";
import type { Ticked } from "./ticked.ts";

const marks: Readonly<Record<Ticked["state"], string>> = {
  done: "✓",
  failed: "✗",
  unknown: "?",
  open: "□",
};

/** For a terminal. What is open is signed by its short name, which stands in front. */
export function asText(stage: string, all: readonly Ticked[]): string {
  const width = Math.max(0, ...all.map(({ id }) => id.length));
  const blocks = sections(all).map(([title, own]) =>
    [
      title,
      ...own.flatMap(({ id, text, state, said }) => [
        `  ${marks[state]} ${id.padEnd(width)}  ${text}`,
        `    ${" ".repeat(width)}  ${said}`,
      ]),
    ].join("\n"),
  );
  return `${[stage, ...blocks, counted(all)].join("\n\n")}\n`;
}

/** For an issue or a pull request. */
export function asMarkdown(stage: string, all: readonly Ticked[]): string {
  const blocks = sections(all).map(
    ([title, own]) =>
      `## ${title}\n\n${own
        .map(({ text, state, said }) => {
          const mark = state === "done" ? "x" : " ";
          return `- [${mark}] ${text}${state === "failed" ? " **✗**" : ""}<br>${escaped(said)}`;
        })
        .join("\n")}`,
  );
  return `# Checklist of ${stage}\n\n${blocks.join("\n\n")}\n\n${counted(all)}\n`;
}

const sections = (all: readonly Ticked[]): readonly (readonly [string, readonly Ticked[]])[] =>
  phases.flatMap((phase) => {
    const own = all.filter((each) => each.phase === phase);
    return own.length === 0 ? [] : [[titles[phase], own] as const];
  });

const escaped = (text: string): string => text.replace(/[<>|*_`\\]/g, (sign) => `\\${sign}`);

function counted(all: readonly Ticked[]): string {
  const of = (state: Ticked["state"]): number => all.filter((each) => each.state === state).length;
  return `${of("done")} of ${all.length} done, ${of("failed")} failed, ${of("unknown")} not known, ${of("open")} for a person`;
}
