import type { PerStage } from "../values.ts";

/**
 * A text that is the same in every stage, or one for each: what is called by an id is another one in another account.
 *
 * @example
 * const certificate: StageText = perStage({ staging: "2ef9…", prod: "9c41…" });
 */
export type StageText = string | PerStage;

/** The text for a stage; undefined where there is none. */
export const textIn = (text: StageText, stage: string): string | undefined =>
  typeof text === "string" ? text : text.values[stage];
