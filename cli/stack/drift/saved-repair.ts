import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { named, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { parsedJson } from "../../../src/files/json.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Repair } from "../../../src/reality/repair.ts";
import type { StateResource } from "../../../src/reality/state.ts";
import { checkConfirmed, digestOfPlan } from "../plan/saved-plan.ts";

const shape = z.object({
  stage: z.string(),
  calls: z.array(
    z.object({
      of: z.string(),
      method: z.enum(["PUT", "POST"]),
      path: z.string(),
      body: z.looseObject({}).or(z.array(z.unknown())),
    }),
  ),
  urns: z.array(z.string()),
  engine: z.string().optional(),
});

/** What a repair does: as it was shown, and nothing else. */
export interface RepairPlan {
  readonly stage: string;
  readonly calls: readonly Repair[];
  /** What the engine's part is limited to. */
  readonly urns: readonly string[];
  /** The engine's own plan, where it has a part. */
  readonly engine?: string | undefined;
}

/**
 * What a repair was planned from: the files and the configuration, and what the stack had. After an `up` its calls would put back what is no more.
 * @param files the fingerprint of files and configuration
 */
export const plannedFrom = (files: string, state: readonly StateResource[]): string =>
  createHash("sha256").update(files).update(JSON.stringify(state)).digest("hex");

/** Writes it for nobody else to read. Gives the digest that it is confirmed by. */
export function saveRepair(file: string, plan: RepairPlan, madeFrom: string): string {
  writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  return digestOfPlan(file, madeFrom);
}

/** The plan in a file. Throws UserError where it is none of this stage, or not the one that was confirmed. */
export function savedRepair(
  file: string,
  confirmed: string | undefined,
  madeFrom: string,
  stage: Stage,
): RepairPlan {
  checkConfirmed(file, confirmed, madeFrom, stage, {
    wrong: (what, got, expected) => wrong(stage, what, got, expected),
    saved: "a plan that a repair saved",
    unconfirmed: "A saved repair is applied with its digest",
    another:
      "This is not the repair that was confirmed, or the stack or the project is not what it was planned from",
    asItWas: "the plan, the stack and the files as they were",
  });
  const parsed = shape.safeParse(parsedJson(readFileSync(file, "utf8")));
  if (!parsed.success) throw wrong(stage, "This is no saved repair", file, "a plan that a repair saved");
  if (parsed.data.stage !== stage.name)
    throw wrong(stage, `This is no repair of ${stage.name}`, parsed.data.stage, stage.name);
  return parsed.data;
}

/** Without a terminal a name is soon typed: a stage that asks is changed by what somebody has seen. */
export const unplannedRepair = (stage: Stage): UserError =>
  wrong(
    stage,
    `Repair ${stage.name} was not confirmed; nothing was changed`,
    "no terminal to ask at, and no plan that was saved and looked at",
    `a terminal, where ${stage.name} is typed below what is shown; or a saved plan with its digest`,
  );

const wrong = (stage: Stage, what: string, got: string, expected: string): UserError =>
  new UserError({
    what,
    where: `stage ${stage.name}`,
    got,
    expected,
    fix: sentence`save the plan, look at it, and apply exactly it: ${named("drift", `${stage.name} --repair --save-plan <file>`)}, then ${named("drift", `${stage.name} --repair --plan <file> --confirm <digest>`)}`,
  });
