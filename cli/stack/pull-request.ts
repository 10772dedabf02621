import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Document, parseDocument, Scalar } from "yaml";
import { writeWhole } from "../../src/files/write-whole.ts";
import type { Project } from "../../src/project/project.ts";
import { isPullRequestStage, type PullRequests } from "../../src/project/pull-requests.ts";
import type { Stage } from "../../src/project/stage.ts";
import { withPullRequests } from "../../src/project/with-pull-requests.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import type { ProjectPlace } from "../place.ts";
import { pulumi, type Run } from "./engine/pulumi.ts";

/** Commands that make the stage of a pull request, or take it down where it was made in another clone. */
const making = ["init", "preview", "up", "deploy", "destroy"];
const renewing = ["up", "deploy"];

/**
 * The project with the stage of the pull request that the command line names. Its stack file is made where it is missing, with the systems of the stage
 * that it is like; each `up` and `deploy` renews its lease, but the one that applies a saved plan: that holds for the configuration as it was.
 */
export function withPullRequest(
  [command = "", ...words]: readonly string[],
  place: ProjectPlace,
  now = new Date(),
): Project {
  const { root, project } = place;
  const name = words.find((word) => isPullRequestStage(word));
  if (name === undefined || project.pullRequests === undefined) return project;
  const file = stackFile(root, name);
  if (!existsSync(file) && making.includes(command))
    writeWhole(file, fresh(name, project.pullRequests, root, now), 0o644);
  else if (existsSync(file) && renewing.includes(command) && !words.some((word) => /^--plan(=|$)/.test(word)))
    writeWhole(file, renewed(file, project.pullRequests, now), 0o644);
  return withPullRequests(project, [name]);
}

const stackFile = (root: string, stage: string): string => join(root, `Pulumi.${stage}.yaml`);

/** In quotes: without them the engine's reader takes a time for something else than a text. */
function leaseOf({ leaseHours }: PullRequests, now: Date): Scalar<string> {
  const until = new Date(now.getTime() + leaseHours * 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
  const scalar = new Scalar(until);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function fresh(name: string, pullRequests: PullRequests, root: string, now: Date): string {
  const like = configValues(stackFile(root, pullRequests.like));
  const copied = ["lockstep:systems", "lockstep:smoke"].flatMap((key) =>
    key in like ? [[key, like[key]]] : [],
  );
  const document = new Document({
    config: { ...Object.fromEntries(copied), "lockstep:lease": leaseOf(pullRequests, now) },
  });
  document.commentBefore = ` Made for ${name}, like ${pullRequests.like}: nothing to commit`;
  return document.toString({ lineWidth: 0 });
}

/** The rest of the file is the engine's, and of whoever set something in it. */
function renewed(file: string, pullRequests: PullRequests, now: Date): string {
  const document = parseDocument(readFileSync(file, "utf8"));
  document.setIn(["config", "lockstep:lease"], leaseOf(pullRequests, now));
  return document.toString({ lineWidth: 0 });
}

/** A pull request that is closed has no stack any more: neither its state, which is empty, nor its file. */
export async function forgetStack({ name }: Stage, run: Run): Promise<number> {
  const code = await pulumi(["stack", "rm", name, "--yes"], run);
  if (code === 0) rmSync(stackFile(run.root, name), { force: true });
  return code;
}
