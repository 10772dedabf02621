import { z } from "zod";
import { fitted } from "../pull-request/fit.ts";
import { clipped, code, plain } from "../pull-request/markdown.ts";
import { mostBytes } from "../pull-request/report.ts";
import type { Repository } from "./api.ts";
import { keepIssue } from "./one-issue.ts";

/** What `drift --json` says of a stage, as far as an issue says it: what differs and who did it, and no value of anything. */
export const stageDrift = z.object({
  stage: z.string(),
  drift: z.array(
    z.object({
      resource: z.string(),
      aspect: z.string(),
      what: z.string(),
      author: z.string().nullish(),
      fix: z.string(),
    }),
  ),
});
export type StageDrift = Readonly<z.infer<typeof stageDrift>>;

const marker = "<!-- lockstep: drift -->";

/** The one issue about drift: opened when anything differs, kept up to date, closed when nothing does. */
export async function writeDrift(all: readonly StageDrift[], repository: Repository): Promise<string> {
  const differing = all.filter(({ drift }) => drift.length > 0);
  const title = `Drift in ${differing.map(({ stage }) => stage).join(", ")}`;
  const kept = await keepIssue(
    { marker, label: "drift", title, body: driftText(all), isOpen: differing.length > 0 },
    repository,
  );
  switch (kept.kind) {
    case "none":
      return "Nothing differs, and no issue is open";
    case "opened":
      return `Issue ${kept.number} was opened`;
    case "updated":
      return `Issue ${kept.number} was brought up to date`;
    case "closed":
      return `Nothing differs any more: issue ${kept.number} was closed`;
    default:
      return kept satisfies never;
  }
}

/** Markdown below GitHub's limit, whatever differs. */
export function driftText(all: readonly StageDrift[]): string {
  const [differing, same] = [
    all.filter(({ drift }) => drift.length > 0),
    all.filter(({ drift }) => drift.length === 0),
  ];
  const head = [
    marker,
    ...(differing.length === 0
      ? ["Everything is as the stacks left it."]
      : ["What is at Cloudflare is otherwise than the stacks left it:", ""]),
    ...differing.map(
      ({ stage, drift }) =>
        `- ${code(stage)}: ${drift.length} ${drift.length === 1 ? "difference" : "differences"}`,
    ),
    ...(same.length === 0 || differing.length === 0
      ? []
      : ["", `As its stack left it: ${same.map(({ stage }) => code(stage)).join(", ")}`]),
    "",
  ];
  const folds = differing.map(({ stage, drift }) => ({
    title: plain(stage),
    lines: drift.map(
      ({ resource, what, author, fix }) =>
        `- ${code(resource)}: ${plain(clipped(what, 1_000))}${author ? `, by ${code(clipped(author, 200))}` : ""}<br>fix: ${code(clipped(fix, 1_000))}`,
    ),
  }));
  return `${[...head, ...fitted(folds, mostBytes - Buffer.byteLength(head.join("\n")) - 1)].join("\n").trimEnd()}\n`;
}
