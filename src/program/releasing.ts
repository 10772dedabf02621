import { z } from "zod";
import type { StateResource } from "../reality/state.ts";
import { type Beside, refuseBeside, refuseBesideBegun } from "../release/beside.ts";

const shape = z.object({ release: z.object({ id: z.string(), by: z.string(), at: z.string() }).optional() });

/**
 * Refuses an `up` while a release is under way, however it was started: it would put other versions between its steps. A release that was begun
 * from this folder is known by its journal, any other by what its first `up` noted in the stack's state.
 */
export function refuseDuringRelease(state: readonly StateResource[], beside: Beside): void {
  refuseBesideBegun(beside);
  const target = state.find(({ type }) => type === "lockstep:Target" || type.endsWith("lockstep:Target"));
  const { release } = shape.parse(target?.outputs ?? {});
  if (release !== undefined) refuseBeside(release, beside.stage, beside.env);
}
