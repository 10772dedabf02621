import type { Setting } from "../rule.ts";

/** What is set of every rule that knows what a plan of Workers allows. */
export const limitSettings: Readonly<Record<string, Setting>> = {
  plan: { kind: "choice", says: "The account's plan of Workers", standard: "paid", of: ["free", "paid"] },
  warnPercent: {
    kind: "number",
    says: "From which part of a limit on it is said, in percent",
    standard: 80,
    least: 1,
    most: 100,
  },
};
