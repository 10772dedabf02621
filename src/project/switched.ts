import { z } from "zod";
import type { System } from "../declare/index.ts";
import { declaredName } from "../declare/physical-name.ts";
import type { Project } from "./project.ts";
import type { Stage } from "./stage.ts";

/** A store that served before another one was put in its place. It is never deleted by us. */
const kept = z.strictObject({
  name: z.string(),
  /** What Cloudflare knows it by. */
  id: z.string(),
  /** Of an index: the model that made its vectors, where that is known. */
  model: z.string().optional(),
  /** Until when it served, ISO 8601. */
  until: z.string(),
});
export type Kept = Readonly<z.infer<typeof kept>>;

/** What serves under a declaration in the place of what it names. */
const switchedStore = z.strictObject({
  name: z.string(),
  id: z.string(),
  model: z.string().optional(),
  /** The command that put it there. */
  verb: z.enum(["restore", "reindex"]).default("restore"),
  /** What it was made from: `backup 20261130T120000Z`. */
  from: z.string(),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Those that served before, the newest last. */
  kept: z.array(kept),
});
export type SwitchedStore = Readonly<z.infer<typeof switchedStore>>;

/** By `<kind> <system>/<name>`. */
export const switchedShape = z.record(z.string(), switchedStore);
export type Switched = Readonly<Record<string, SwitchedStore>>;

/** The stage with what was switched in it. What no system declares any more has no name to be found by. */
export function withSwitched(
  { switched: _, ...stage }: Stage,
  systems: readonly System[],
  switched: Switched,
): Stage {
  const names = systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const found = switched[`${resource.kind} ${system.name}/${resource.name}`];
      return found === undefined
        ? []
        : [[`${resource.kind} ${declaredName(resource, stage)}`, found.name] as const];
    }),
  );
  return names.length === 0 ? stage : { ...stage, switched: Object.fromEntries(names) };
}

/** The key of a stack file that says what was switched. */
export const switchedKey = "lockstep:switched";

/** The project, one of its stages with what its stack's configuration says was switched. What is malformed there the program refuses. */
export function withSwitchedStage(project: Project, name: string, configured: unknown): Project {
  const parsed = switchedShape.safeParse(configured ?? {});
  if (!parsed.success || Object.keys(parsed.data).length === 0) return project;
  const stages = project.stages.map((stage) =>
    stage.name === name ? Object.freeze(withSwitched(stage, project.systems, parsed.data)) : stage,
  );
  return Object.freeze({ ...project, stages: Object.freeze(stages) });
}
