/** What a gate says of a new version. An inconclusive one waits: it never passes. */
export type Verdict = "pass" | "fail" | "inconclusive";

export interface Judgement {
  readonly verdict: Verdict;
  /** With the figures. */
  readonly reason: string;
}
