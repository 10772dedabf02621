import type { Project } from "./project.ts";
import { isPullRequestStage, type PullRequests } from "./pull-requests.ts";
import type { Stage } from "./stage.ts";

/** The stage of a pull request: unprotected, alone in what it has. */
const stageOfPullRequest = (stage: string, { like, embeddedAccount }: PullRequests): Stage => ({
  name: stage,
  nameSuffix: `-${stage}`,
  protected: false,
  ownsShared: true,
  embeddedAccount,
  zones: [],
  needsPolicyPack: false,
  asksBeforeChange: false,
  bakeSeconds: 0,
  like,
});

/** The project with the stages of these pull requests, behind those that it declares; names of another form are left out. */
export function withPullRequests(project: Project, stages: readonly string[]): Project {
  const { pullRequests } = project;
  const known = project.stages.map((stage) => stage.name);
  const fresh = [...new Set(stages)].filter((stage) => isPullRequestStage(stage) && !known.includes(stage));
  if (pullRequests === undefined || fresh.length === 0) return project;
  return Object.freeze({
    ...project,
    stages: Object.freeze([
      ...project.stages,
      ...fresh.map((stage) => Object.freeze(stageOfPullRequest(stage, pullRequests))),
    ]),
  });
}
