import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";
import type { StateResource } from "../reality/state.ts";
import { releaseVariable } from "../release/variable.ts";

const shape = z.object({ release: z.object({ id: z.string(), by: z.string(), at: z.string() }).optional() });

/** Refuses an `up` while a release is under way, however it was started: it would put other versions between its steps. */
export function refuseDuringRelease(
  state: readonly StateResource[],
  { name }: Stage,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const target = state.find(({ type }) => type === "lockstep:Target" || type.endsWith("lockstep:Target"));
  const { release } = shape.parse(target?.outputs ?? {});
  if (release === undefined || env[releaseVariable] === release.id) return;
  throw new UserError({
    what: `Release ${release.id} of ${name} is under way; nothing was changed`,
    where: `stack ${name}`,
    got: `an up beside it: ${release.by} began the release at ${release.at}`,
    expected: "no other change until it has ended",
    fix: sentence`wait for it; go on with one whose driver has ended: ${command("release", { stage: name, resume: true })}; or end it: ${command("release", { stage: name, abort: true, reason: "<why>" })}`,
  });
}
