import { gitLine, gitText } from "../files/git.ts";

/** What git has checked out; undefined where the folder is in no repository, and where something was changed beside it: the commit alone would build to something else. */
export async function commitOf(root: string): Promise<string | undefined> {
  // A stack file says how a stage is deployed, and is no part of what is built; commands write to it.
  const changed = await gitText(["status", "--porcelain", "--", ".", ":(exclude)Pulumi.*.yaml"], root);
  return changed?.trim() === "" ? gitLine(["rev-parse", "HEAD"], root) : undefined;
}
