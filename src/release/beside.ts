import { command, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { releasesFolder, underWay } from "./journal/under-way.ts";
import { releaseVariable } from "./variable.ts";

/** A stage of a target, and the environment of whoever would change it. */
export interface Beside {
  readonly root: string;
  readonly target: "embedded" | "cloudflare";
  readonly stage: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Refuses a change beside a release that was begun from this folder, from its first moment on: before its first `up` the state knows nothing of it. */
export function refuseBesideBegun({ root, target, stage, env }: Beside): void {
  const here = underWay(releasesFolder(root, target, stage));
  if (here === undefined) return;
  const { id, by } = here.progress;
  refuseBeside({ id, by, at: here.journal.entries()[0]?.at ?? "" }, stage, env);
}

/** Refuses every `up` but the release's own. */
export function refuseBeside(
  release: { readonly id: string; readonly by: string; readonly at: string },
  stage: string,
  env: Beside["env"],
): void {
  if (env[releaseVariable] === release.id) return;
  throw new UserError({
    what: `Release ${release.id} of ${stage} is under way; nothing was changed`,
    where: `stack ${stage}`,
    got: `an up beside it: ${release.by} began the release at ${release.at}`,
    expected: "no other change until it has ended",
    fix: sentence`wait for it; go on with one whose driver has ended: ${command("release", { stage, resume: true })}; or end it: ${command("release", { stage, abort: true, reason: "<why>" })}`,
  });
}
