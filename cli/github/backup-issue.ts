import { code } from "../pull-request/markdown.ts";
import type { Repository } from "./api.ts";
import { keepIssue } from "./one-issue.ts";

/** How GitHub says that a job ended: everything but a success is no proof, also a job that never began. */
export const results = ["success", "failure", "cancelled", "skipped"] as const;
export type Result = (typeof results)[number];

/** The night that is to make a backup of a stage and to prove it. */
export interface Night {
  readonly stage: string;
  readonly result: Result;
  /** Where its job can be looked at. */
  readonly run: string;
}

/** The one issue about a stage's backups: open from a night without a proof until one with a proof. */
export async function writeBackup({ stage, result, run }: Night, repository: Repository): Promise<string> {
  const marker = `<!-- lockstep: backup ${stage} -->`;
  const isOpen = result !== "success";
  const body = isOpen
    ? [
        marker,
        `The newest night brought no proven backup of ${code(stage)}: its job ended with ${code(result)}.`,
        "",
        `Its [run](${run}) says why. Until a night goes well, rely on the last backup that was proven, and on Time Travel.`,
        "",
      ]
    : [marker, `A backup of ${code(stage)} was made and proven: [the run](${run}).`, ""];
  const kept = await keepIssue(
    { marker, label: "backup", title: `No proven backup of ${stage}`, body: body.join("\n"), isOpen },
    repository,
  );
  switch (kept.kind) {
    case "none":
      return `The backup of ${stage} was proven, and no issue is open`;
    case "opened":
      return `Issue ${kept.number} was opened`;
    case "updated":
      return `Issue ${kept.number} was brought up to date`;
    case "closed":
      return `The backup of ${stage} was proven again: issue ${kept.number} was closed`;
    default:
      return kept satisfies never;
  }
}
