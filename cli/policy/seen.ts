import { join } from "node:path";
import { z } from "zod";
import { propsOf } from "../../policy/seen/from-engine.ts";
import type { SeenResource } from "../../policy/seen/resource.ts";
import { textStage } from "../../src/declare/physical-name.ts";
import { secretUses } from "../../src/declare/secret-uses.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";

/** A stack as rules see it: its resources by what is asked for, and by what came of it. */
export interface SeenStack {
  readonly inputs: readonly SeenResource[];
  readonly outputs: readonly SeenResource[];
}

const list = z.array(z.string()).optional().catch(undefined);

/** What takes the place of a secret that only the stack's passphrase opens: a value that nobody has, so no rule finds anything in it. */
const sealed = "[secret]-of-the-stack";

/** What the program would register in a stage, by its declarations alone: no engine, no account, no code is bundled. */
export async function declaredStack(project: Project, stage: Stage, root: string): Promise<SeenStack> {
  const { imagined, plainSettings } = await import("../../src/program/imagined.ts");
  const listed = list.parse(configValues(join(root, `Pulumi.${stage.name}.yaml`))["lockstep:systems"]);
  const systems = project.systems.filter(
    ({ name, stages }) => (listed?.includes(name) ?? true) && (stages?.includes(textStage(stage)) ?? true),
  );
  const { resources } = await imagined(
    plainSettings({
      stage,
      stages: project.stages,
      systems,
      secrets: Object.fromEntries(secretUses(systems).map(({ secret }) => [secret, sealed])),
    }),
  );
  const seen = (each: (typeof resources)[number], made: object): SeenResource => ({
    urn: `urn:pulumi:${stage.name}::lockstep::${each.type}::${each.name}`,
    type: each.type,
    name: each.name,
    props: propsOf({ ...each.inputs, ...made }),
    protect: each.protect,
    deleteBeforeReplace: each.deleteBeforeReplace,
    dependsOn: [],
  });
  return {
    inputs: resources.map((each) => seen(each, {})),
    outputs: resources.map((each) => seen(each, each.made)),
  };
}

const stateShape = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          delete: z.boolean().default(false),
          protect: z.boolean().default(false),
          inputs: z.record(z.string(), z.unknown()).default({}),
          outputs: z.record(z.string(), z.unknown()).default({}),
          dependencies: z.array(z.string()).nullish(),
          propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
        }),
      )
      .nullish(),
  }),
});

/** What `pulumi stack export` wrote. A secret that is encrypted there is a value that is not known. Throws what is wrong with it. */
export function exportedStack(text: string): SeenStack {
  const resources = (stateShape.parse(JSON.parse(text)).deployment.resources ?? []).filter(
    (each) => !each.delete,
  );
  const seen = (each: (typeof resources)[number], props: object): SeenResource => {
    const [, , types = "", ...name] = each.urn.split("::");
    return {
      urn: each.urn,
      type: types.split("$").at(-1) ?? "",
      name: name.join("::"),
      props: propsOf(props),
      protect: each.protect,
      // The option is the program's, and no state has it.
      deleteBeforeReplace: false,
      dependsOn: [
        ...(each.dependencies ?? []),
        ...Object.values(each.propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
      ],
    };
  };
  return {
    inputs: resources.map((each) => seen(each, each.inputs)),
    outputs: resources.map((each) => seen(each, each.outputs)),
  };
}
