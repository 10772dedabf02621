/** What a repository declares: its project, and the vocabulary that its systems are written in. Inert data; imports no Pulumi. */
export * from "./declare/index.ts";
export { type Diagnostic, UserError } from "./diagnostic/user-error.ts";
export type { PolicyChoice, PolicyChoices, PolicyLevel } from "./project/policies.ts";
export { defineProject, type Project, type ProjectDeclaration } from "./project/project.ts";
export type { PullRequestStages, PullRequests } from "./project/pull-requests.ts";
export type { Stage, StageDeclaration } from "./project/stage.ts";
