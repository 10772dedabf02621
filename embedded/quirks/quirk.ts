import type { ProbedAccount } from "./probing.ts";

/** One known oddity of the real Cloudflare that the embedded one reproduces, so that nobody meets it first in production. */
export interface Quirk {
  /** kebab-case, also the name of its file. */
  readonly name: string;
  /** What the real API does, in a sentence or two. */
  readonly what: string;
  /** Where it is reported or documented. */
  readonly source: string;
  /** When it was last known to be so: `YYYY-MM-DD`. */
  readonly date: string;
  /** How an account holder can check whether it is still so: a command, or a request and what to look at. */
  readonly probe: string;
  /**
   * Asks an account, as {@link probe} says, and gives whether it is so there. Makes only objects whose names begin with
   * `lockstep-probe-`, and removes them. Throws when it cannot be found out.
   */
  readonly isSeen: (account: ProbedAccount) => Promise<boolean>;
}

/**
 * Quirks are on by default. `LOCKSTEP_QUIRKS_OFF=<name>,<name>` leaves some out, to see whether one is to blame for a failure.
 * Returns whether the quirk is to be reproduced.
 */
export function isOn(
  quirk: Quirk,
  setting: string | undefined = process.env["LOCKSTEP_QUIRKS_OFF"],
): boolean {
  return !(setting ?? "").split(",").some((name) => name.trim() === quirk.name);
}
