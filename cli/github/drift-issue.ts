import { z } from "zod";
import { fitted } from "../pull-request/fit.ts";
import { clipped, code, plain } from "../pull-request/markdown.ts";
import { mostBytes } from "../pull-request/report.ts";
import { callGithub, listed, type Repository } from "./api.ts";
import { isOwn, written } from "./own.ts";

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
const label = "drift";

/** The one issue about drift: opened when anything differs, kept up to date, closed when nothing does. */
export async function writeDrift(all: readonly StageDrift[], repository: Repository): Promise<string> {
  const differing = all.filter(({ drift }) => drift.length > 0);
  const open = await listed(repository, `/issues?state=open&labels=${label}`, (page) =>
    z.array(written).parse(page),
  );
  const own = open.find((each) => each.number !== undefined && isOwn(each, marker));
  const body = driftText(all);
  if (differing.length === 0) {
    if (own === undefined) return "Nothing differs, and no issue is open";
    await callGithub(repository, "PATCH", `/issues/${own.number}`, { body, state: "closed" });
    return `Nothing differs any more: issue ${own.number} was closed`;
  }
  const title = `Drift in ${differing.map(({ stage }) => stage).join(", ")}`;
  if (own !== undefined) {
    await callGithub(repository, "PATCH", `/issues/${own.number}`, { title, body });
    return `Issue ${own.number} was brought up to date`;
  }
  const made = z
    .looseObject({ number: z.number() })
    .parse(await callGithub(repository, "POST", "/issues", { title, body, labels: [label] }));
  return `Issue ${made.number} was opened`;
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
