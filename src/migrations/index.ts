/** The D1 migration engine as a library: without Pulumi, and without an account where no live database is asked. docs/migrations.md, "As a library", is its table. */
export type { Diagnostic } from "../diagnostic/user-error.ts";
export { type CodeCheck, checkCode } from "./code/code-check.ts";
export {
  type CorpusProblem,
  type CorpusStatement,
  checkCorpus,
  type SchemaPoint,
} from "./code/corpus.ts";
export type { CodeQuestion } from "./code/known-code.ts";
export type { Database } from "./database/database.ts";
export type { D1Endpoint } from "./database/endpoint.ts";
export { type DatabaseSnapshot, readSnapshot } from "./database/snapshot.ts";
export { queryDatabase } from "./database/transports.ts";
export { type ChainProblem, chainProblems, type Link, readChain, writeChain } from "./files/chain.ts";
export { type MigrationFile, readFolder, readMigration, type Statement } from "./files/reading.ts";
export { type LintedFile, lint } from "./lint/lint.ts";
export { type FolderFinding, lintFolder } from "./lint/lint-folder.ts";
export {
  applicable,
  type Draft,
  draftPlan,
  offlinePlan,
  type Plan,
  type PlanInput,
  type PlannedFile,
} from "./plan/plan.ts";
export { planLines } from "./plan/plan-text.ts";
export { type Difference, differences } from "./shadow/differences.ts";
export { openStage, type Replay, type Stage } from "./shadow/replay.ts";
export { closureRebuild, type RebuildRequest, type Recipe } from "./shadow/safe-rebuild.ts";
export { fingerprint } from "./sql/fingerprint.ts";
export type { SchemaObject } from "./sql/schema-guard.ts";
