import type { ReleasePlan } from "../../release.ts";
import type { System } from "../../system.ts";

/** Where a gate stands. */
export interface GatePlace {
  readonly system: System;
  readonly plan: ReleasePlan;
  /** Whose texts count. */
  readonly stage: string;
}
