import { type Progress, progressOf } from "../../../src/release/driver/progress.ts";
import type { Entry, Judged } from "../../../src/release/journal/entry.ts";
import { fitted } from "../../pull-request/fit.ts";
import { clipped, code, fenced, markdownTable, plain } from "../../pull-request/markdown.ts";
import { entryLine } from "../screen/screen.ts";

/** GitHub takes 65,536 characters; bytes are counted, of which there are never fewer. */
export const mostBytes = 65_000;

/** Bytes of a table, of a list of wishes, and of single texts: what is more is counted, and stands in the journal below. */
const most = { table: 15_000, wishes: 10_000, gates: 6, reason: 300, name: 80 } as const;

/** A release as a comment of a pull request: who, what, how it was measured, what was decided and why. Nothing in it is taken for Markdown. */
export function releaseMarkdown(entries: readonly Entry[]): string {
  const progress = progressOf(entries);
  const head = [
    `## ${sign(progress)} Release ${code(clipped(progress.id, most.name))} of ${name(progress.stage)}: ${outcome(progress)}`,
    "",
    times(entries, progress),
    "",
    ...(progress.abort === undefined
      ? []
      : [`**Why it went back:** ${plain(clipped(progress.abort, most.reason * 2))}`, ""]),
    ...workers(progress, entries),
    ...steps(entries, progress),
    ...wishes(entries),
  ];
  const lines = entries.flatMap((entry) => entryLine(entry, progress).split("\n"));
  const [open = "", ...shown] = fenced(
    "text",
    lines.map((line) => clipped(line, 1_000)),
  );
  const fold = {
    title: "The journal",
    lines: shown.slice(0, -1),
    around: { before: open, after: shown.at(-1) ?? "" },
  };
  const room = mostBytes - Buffer.byteLength(head.join("\n")) - 1;
  return `${[...head, ...fitted([fold], room)].join("\n").trimEnd()}\n`;
}

const name = (said: string): string => code(clipped(said, most.name));

const sign = ({ end }: Progress): string => (end === "finished" ? "🟢" : end === "aborted" ? "🔴" : "🟡");

const outcome = ({ end, paused }: Progress): string =>
  end === "finished"
    ? "finished"
    : end === "aborted"
      ? "went back to the stable versions"
      : paused
        ? "paused"
        : "under way";

function times(entries: readonly Entry[], { by, end }: Progress): string {
  const [first, last] = [entries[0]?.at ?? "", entries.at(-1)?.at ?? ""];
  const minutes = Math.round((Date.parse(last) - Date.parse(first)) / 60_000);
  return `Begun by ${name(by)} at ${plain(first)}${end === undefined ? "" : `, ended at ${plain(last)}, after ${minutes} min`}.`;
}

const digestsIn = (entries: readonly Entry[]): Readonly<Record<string, string>> =>
  entries
    .flatMap((each) => (each.kind === "prepared" && each.digests !== undefined ? [each.digests] : []))
    .at(-1) ?? {};

function workers({ prepared }: Progress, entries: readonly Entry[]): readonly string[] {
  const all = prepared?.workers ?? [];
  const made = prepared?.made ?? [];
  const first =
    made.length === 0
      ? []
      : [
          `Made, without a version before and so without steps: ${made.slice(0, 20).map(name).join(", ")}${made.length > 20 ? ` and ${made.length - 20} more` : ""}.`,
          "",
        ];
  if (all.length === 0) return made.length === 0 ? ["No worker has another version.", ""] : first;
  const digests = digestsIn(entries);
  const digestOf = (label: string): string => digests[label.split("/")[0] ?? ""] ?? "";
  const rows = all.map(({ label, stable, fresh }) => [
    name(label),
    code(stable.slice(0, 8)),
    code(fresh.slice(0, 8)),
    digestOf(label) === "" ? "" : code(digestOf(label).slice(0, "sha256:".length + 12)),
  ]);
  return [
    ...tableWithin(["worker", "from version", "to version", "digest of its system"], rows),
    "",
    ...first,
  ];
}

/** Each step with what its gates said last. */
function steps(entries: readonly Entry[], { prepared, skipped }: Progress): readonly string[] {
  const positions = prepared?.positions ?? [];
  const rows = positions.flatMap(({ workers: of, percent }, at) => {
    const mine = entries.filter((each) => "position" in each && each.position === at);
    if (mine.length === 0) return [];
    const measured = mine.flatMap((each) => (each.kind === "measured" ? [each] : []));
    const passed = mine.some(({ kind }) => kind === "passed");
    return [
      [
        of.length > 3 ? `${of.length} workers` : of.map(name).join(", "),
        `${percent} %`,
        passed ? "passed" : "not passed",
        verdicts(measured.at(-1)?.judged ?? [], skipped),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [...tableWithin(["step", "share", "", "what its gates measured last"], rows), ""];
}

/** Those that failed first. */
function verdicts(judged: readonly Judged[], skipped: readonly string[]): string {
  const sorted = judged.toSorted((a, b) => Number(a.verdict === "pass") - Number(b.verdict === "pass"));
  return [
    ...sorted.slice(0, most.gates).map((each) => verdict(each, skipped)),
    ...(sorted.length > most.gates ? [`and ${sorted.length - most.gates} more`] : []),
  ].join("<br>");
}

const verdict = ({ worker, gate, verdict: word, reason }: Judged, skipped: readonly string[]): string =>
  `${word}${skipped.includes(gate) ? " (skipped)" : ""}: ${name(`${worker} ${gate}`)} ${plain(clipped(reason, most.reason))}`;

function wishes(entries: readonly Entry[]): readonly string[] {
  const all = entries.flatMap((each) => (each.kind === "wished" ? [each] : []));
  if (all.length === 0) return [];
  const lines = all.map(
    ({ at, wish, gate, by, reason }) =>
      `- ${plain(at)} ${wish}${gate === undefined ? "" : ` ${name(gate)}`} by ${name(by)}${reason === "" ? "" : `: ${plain(clipped(reason, most.reason))}`}`,
  );
  const shown = within(lines, most.wishes, (line) => line);
  return [
    ...shown,
    ...(lines.length > shown.length ? [`- and ${lines.length - shown.length} more`] : []),
    "",
  ];
}

function tableWithin(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const shown = within(rows, most.table, (row) => row.join(" | "));
  const more = rows.length - shown.length;
  return [...markdownTable(head, shown), ...(more > 0 ? ["", `and ${more} more.`] : [])];
}

/** As many of them as so many bytes hold. */
function within<Each>(all: readonly Each[], bytes: number, textOf: (each: Each) => string): readonly Each[] {
  let left = bytes;
  const end = all.findIndex((each) => {
    left -= Buffer.byteLength(textOf(each)) + "| ".length * 2 + 1;
    return left < 0;
  });
  return end < 0 ? all : all.slice(0, end);
}
