import { z } from "zod";
import type { Stage } from "../../src/project/stage.ts";
import { pulumiText, type Run } from "./pulumi.ts";

const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          protect: z.boolean().default(false),
          outputs: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .nullish(),
  }),
});

/** A resource as the state of a stack has it. */
export interface KnownResource {
  readonly urn: string;
  /** Pulumi's type, without those of its parents. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  readonly protect: boolean;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Everything that the state of a stage's stack has, also of one that was never brought up. */
export async function stateOf(stage: Stage, run: Run): Promise<readonly KnownResource[]> {
  const state = exported.parse(JSON.parse(await pulumiText(["stack", "export", "--stack", stage.name], run)));
  return (state.deployment.resources ?? []).map((each) => ({
    ...each,
    name: each.urn.split("::").slice(3).join("::"),
  }));
}
