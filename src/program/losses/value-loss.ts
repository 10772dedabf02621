import type { Holder } from "../../cloudflare/contents/holder.ts";

/** A value that deletes data or takes it away from the code, though no resource goes. */
export interface ValueLoss {
  /** `<system>/<name>` of what loses it: what an approval names. */
  readonly label: string;
  /** The property of the declaration. */
  readonly property: string;
  /** What becomes of what it holds, with the verb that goes with how much that is: `are dropped at an age of 60 s`. */
  readonly becomes: (be: "is" | "are") => string;
  /** The property's value, as it was and as it would be, as JSON. */
  readonly before: unknown;
  readonly after: unknown;
  /** What is counted; undefined where the data is not at Cloudflare. */
  readonly holder: Holder | undefined;
  /** Whether it is a loss also where nothing is there yet. */
  readonly alsoLater: boolean;
}
