import { z } from "zod";
import { exceptionsKey } from "../../policy/exceptions.ts";
import { packOf } from "../../policy/pack-options.ts";
import { configuredBackup } from "../../src/backup/declared.ts";
import { isProven, proofText } from "../../src/backup/journal.ts";
import { proofNow } from "../../src/backup/proof-now.ts";
import { call } from "../../src/cloudflare/api.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { reportOf } from "../policy/report.ts";
import { declaredStack } from "../policy/seen.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { readOutputs } from "../stack/outputs/read-outputs.ts";
import type { TargetName } from "../stack/request.ts";
import { type StageStatus, stageStatus } from "../stack/show-status.ts";
import { stackFileOf } from "../stack/stack-file.ts";
import { keysOf } from "../stack/stage-keys.ts";
import { type SmokeAnswer, smokeAnswers } from "../stack/verify.ts";
import { type Asked, type Facts, unlessRefused } from "../status/asking.ts";
import { figuresOf } from "../status/workers.ts";
import { findingsOf } from "../validate/findings.ts";

/** What a checklist is about. */
export interface Subject {
  readonly project: Project;
  readonly stage: Stage;
  readonly target: TargetName;
  readonly run: Run;
}

/** What checks ask for. Each is found out once, and only where a check asks for it. */
export interface FactsOfStage {
  readonly now: Date;
  /** Undefined where nothing of the stage is up. */
  readonly up: () => Promise<StageStatus | undefined>;
  /** What `validate` calls an error, a line each. */
  readonly errors: () => Promise<readonly string[]>;
  /** What policies refuse, a line each. */
  readonly refused: () => Promise<readonly string[]>;
  readonly smoke: () => Promise<readonly SmokeAnswer[]>;
  /** The stage before this one and what it answers; undefined for the first. */
  readonly before: () => Promise<
    { readonly name: string; readonly isUp: boolean; readonly answers: readonly SmokeAnswer[] } | undefined
  >;
  readonly backup: () => Promise<{ readonly isProven: boolean; readonly said: string }>;
  /** Of each worker, in the last day. */
  readonly day: () => Promise<
    readonly { readonly name: string; readonly facts: Facts; readonly unknown?: string }[]
  >;
  /** Of each worker, how many deployments it has had. */
  readonly deployments: () => Promise<readonly { readonly name: string; readonly count: number }[]>;
}

export function factsOf({ project, stage, target, run }: Subject, now: Date): FactsOfStage {
  const { root } = run;
  const up = once(() => stageStatus(stage, target, run, project.systems));
  const config = (): Readonly<Record<string, unknown>> => configValues(stackFileOf(stage, target, root));
  return {
    now,
    up,
    errors: once(async () =>
      (await findingsOf({ project, root, stages: [stage] }))
        .filter(({ severity }) => severity === "error")
        .map(({ file, line, what }) => `${file}:${line} ${what}`),
    ),
    refused: once(async () => {
      const pack = packOf({ project }, config()[exceptionsKey]);
      const { judgements } = reportOf(
        await declaredStack(project, stage, root),
        stage,
        "what is declared",
        pack,
      );
      return judgements
        .filter(({ outcome }) => outcome === "mandatory")
        .map(({ rule, urn }) => `${rule.id} of ${urn.split("::").at(-1) ?? urn}`);
    }),
    smoke: once(async () => smokeAnswers((await up())?.outputs.urls ?? {}, project.systems)),
    before: once(async () => {
      const before = project.stages[project.stages.indexOf(stage) - 1];
      if (before === undefined) return undefined;
      const outputs = await readOutputs(before, run);
      const answers = await smokeAnswers(outputs?.urls ?? {}, project.systems);
      return { name: before.name, isUp: outputs !== undefined, answers };
    }),
    backup: once(async () => {
      const configured = configuredBackup(config(), project.systems, stage);
      const keys = keysOf({ stage, target }, root);
      const whose = { root, stage: stage.name, target, configured, keys };
      const proof = await proofNow(whose, () => run.env, now);
      return { isProven: isProven(proof), said: proofText(proof) };
    }),
    day: once(() => ofScripts(up, (asked, script) => unlessRefused(() => figuresOf(asked, script, now, 24)))),
    deployments: once(() =>
      ofScripts(up, async ({ api, accountId }, script) => {
        const path = `/accounts/${accountId}/workers/scripts/${encodeURIComponent(script)}/deployments`;
        return { count: deployments.parse(await call(api, "GET", path)).deployments.length };
      }),
    ),
  };
}

const deployments = z.object({ deployments: z.array(z.unknown()) });

async function ofScripts<Found>(
  up: () => Promise<StageStatus | undefined>,
  ask: (asked: Asked, script: string) => Promise<Found>,
): Promise<readonly (Found & { readonly name: string })[]> {
  const found = await up();
  if (found === undefined) return [];
  return Promise.all(
    found.scripts.map(async ({ name, script }) => ({ name, ...(await ask(found.asked, script)) })),
  );
}

function once<Value>(find: () => Promise<Value>): () => Promise<Value> {
  let found: Promise<Value> | undefined;
  return () => {
    found ??= find();
    return found;
  };
}
