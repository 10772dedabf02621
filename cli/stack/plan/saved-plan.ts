import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { CommandPlace } from "../../../src/diagnostic/place.ts";
import { inPlace, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { parsedJson } from "../../../src/files/json.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { shellQuote } from "../../../toolchain/launchers/shell-quote.ts";

/** Hexadecimal digits of a digest that have to be given: whoever has them has seen the plan. */
export const leastDigits = 12;

/** SHA-256 of a saved plan and of what it was made from, hexadecimal. @param madeFrom the fingerprint of that */
export const digestOfPlan = (file: string, madeFrom: string): string =>
  createHash("sha256").update(readFileSync(file)).update(madeFrom).digest("hex");

/** Refuses a place that no plan can be written to, before a minute is spent on one. */
export function checkWritable(file: string, stage: Stage): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw wrong(
      stage,
      "A plan cannot be saved there",
      `no folder ${folder}`,
      "a file in a folder that is there",
    );
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw wrong(
      stage,
      "A plan cannot be saved there",
      `${file}, which is no file`,
      "a file, or a name that is free",
    );
}

/**
 * Says how exactly a plan that was saved is applied.
 * @param by the verb that applies it
 */
export function toldSaved(
  file: string,
  madeFrom: string,
  stage: Stage,
  place: CommandPlace,
  by: "up" | "deploy" = "up",
): string {
  const digest = digestOfPlan(file, madeFrom);
  const target = place.real ? " --target cloudflare" : "";
  const words = `${stage.name}${target} --plan ${shellQuote(file)} --confirm ${digest.slice(0, leastDigits)}${stage.asksBeforeChange ? "" : " --yes"}`;
  return `The plan is in ${file}; its digest is ${digest}\n${inPlace(sentence`It is applied exactly by: ${named(by, words)}`, place)}\n`;
}

const shape = z.looseObject({ resourcePlans: z.record(z.string(), z.unknown()) });

/**
 * Refuses a plan that is not the one that was looked at, one that was made from other files or another configuration, and one of another stage. The
 * engine would find some of that only after it had applied a part, and would say a secret of the plan in clear.
 */
export function checkSaved(
  file: string,
  confirmed: string | undefined,
  madeFrom: string,
  stage: Stage,
): void {
  checkConfirmed(file, confirmed, madeFrom, stage, {
    wrong: (what, got, expected) => wrong(stage, what, got, expected),
    saved: "a plan that a preview saved",
    unconfirmed: "A saved plan is applied with its digest",
    another:
      "This is not the plan that was confirmed, or the project or its configuration is not what it was made from",
    asItWas: "the plan, the files and the configuration as they were",
  });
  const parsed = shape.safeParse(parsedJson(readFileSync(file, "utf8")));
  const urns = parsed.success ? Object.keys(parsed.data.resourcePlans) : undefined;
  if (urns === undefined) throw wrong(stage, "This is no plan", file, "a plan that a preview saved");
  const other = urns.find((urn) => !urn.startsWith(`urn:pulumi:${stage.name}::`));
  if (other !== undefined)
    throw wrong(stage, `This is no plan of ${stage.name}`, other, `resources of ${stage.name}`);
}

/** What is said of a saved file that is not the one that was looked at. */
export interface SavedWords {
  readonly wrong: (what: string, got: string, expected: string) => UserError;
  readonly saved: string;
  readonly unconfirmed: string;
  readonly another: string;
  readonly asItWas: string;
}

/** Throws unless the file is there, and is the one whose digest was given; a stage that asks wants the digest. */
export function checkConfirmed(
  file: string,
  confirmed: string | undefined,
  madeFrom: string,
  stage: Stage,
  { wrong: refusal, saved, unconfirmed, another, asItWas }: SavedWords,
): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw refusal("There is no such plan", file, saved);
  if (confirmed === undefined && stage.asksBeforeChange)
    throw refusal(unconfirmed, "no --confirm", "the digest that was printed");
  const isIt =
    confirmed === undefined ||
    (confirmed.length >= leastDigits && digestOfPlan(file, madeFrom).startsWith(confirmed.toLowerCase()));
  if (!isIt)
    throw refusal(
      another,
      `--confirm ${confirmed}`,
      `${asItWas}, and the first ${leastDigits} digits of the digest at least`,
    );
}

/** Without a terminal a name is soon typed: a stage that asks is changed by a plan that somebody has seen. */
export const unplanned = (stage: Stage): UserError =>
  wrong(
    stage,
    `Change ${stage.name} was not confirmed; nothing was changed`,
    "no terminal to show the plan at, and no plan that was saved and looked at",
    `a terminal, where ${stage.name} is typed below its plan; or a saved plan with its digest`,
  );

const wrong = (stage: Stage, what: string, got: string, expected: string): UserError =>
  new UserError({
    what,
    where: `stage ${stage.name}`,
    got,
    expected,
    fix: sentence`save the plan, look at it, and apply exactly it: ${named("preview", `${stage.name} --save-plan <file>`)}, then ${named("up", `${stage.name} --plan <file> --confirm <digest>`)}`,
  });
