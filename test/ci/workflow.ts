import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../../toolchain/package-root.ts";

const texts = z.record(z.string(), z.string());
const step = z.strictObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
});
const job = z.strictObject({
  if: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number().optional(),
  concurrency: z.string().optional(),
  permissions: texts.optional(),
  environment: z.string().optional(),
  outputs: texts.optional(),
  strategy: z
    .strictObject({
      "fail-fast": z.boolean(),
      matrix: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    })
    .optional(),
  env: texts.optional(),
  steps: z.array(step),
});

/** A workflow of GitHub Actions, as far as ours go: anything else is a word that GitHub would refuse, or one to add here. */
const workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    push: z
      .strictObject({
        branches: z.array(z.string()),
        paths: z.array(z.string()).optional(),
        "paths-ignore": z.array(z.string()).optional(),
      })
      .optional(),
    pull_request: z.nullish(z.strictObject({ types: z.array(z.string()) })),
    workflow_run: z.strictObject({ workflows: z.array(z.string()), types: z.array(z.string()) }).optional(),
    schedule: z.array(z.strictObject({ cron: z.string() })).optional(),
    workflow_dispatch: z.null().optional(),
  }),
  permissions: texts.optional(),
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  env: texts.optional(),
  jobs: z.record(z.string(), job),
});

export type Workflow = z.infer<typeof workflow>;
export type Job = z.infer<typeof job>;

export const workflowFiles = [
  ".github/workflows/backup.yml",
  ".github/workflows/deploy.yml",
  ".github/workflows/drift.yml",
  ".github/workflows/migrations.yml",
  ".github/workflows/pull-request-comment.yml",
  ".github/workflows/pull-request-stage.yml",
  ".github/workflows/pull-request.yml",
  "cli/init/template/github/workflows/lockstep.yml.txt",
] as const;

export const readWorkflow = (path: string): Workflow =>
  workflow.parse(parse(readFileSync(join(packageRoot, path), "utf8")));

export const needsOf = ({ needs = [] }: Job): readonly string[] => [needs].flat();
