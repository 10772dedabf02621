import { type NamingStage, textStage } from "./physical-name.ts";
import type { System } from "./system.ts";

/**
 * The systems that a stage deploys.
 * @param listed the value of `lockstep:systems` in its stack file; where it is no list, every system that exists in the stage
 */
export function listedSystems(
  systems: readonly System[],
  listed: unknown,
  stage: Pick<NamingStage, "name" | "like">,
): readonly System[] {
  const names: readonly unknown[] | undefined = Array.isArray(listed) ? listed : undefined;
  return systems.filter(
    ({ name, stages }) => (stages?.includes(textStage(stage)) ?? true) && (names?.includes(name) ?? true),
  );
}
