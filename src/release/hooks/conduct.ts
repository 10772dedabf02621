import { z } from "zod";
import { workersOf } from "../../declare/graph.ts";
import type { ReleasePlan, System } from "../../declare/index.ts";

const secret = z.object({
  kind: z.literal("secret"),
  secret: z.string(),
  fallback: z.record(z.string(), z.string()).optional(),
});
const references = z.record(z.string(), z.union([z.object({ env: z.string() }), secret]));
export type References = Readonly<z.infer<typeof references>>;
const everyHook = {
  /** `<system>/<name>` */
  label: z.string(),
  at: z.enum(["beforeRollout", "beforeStep", "afterStep", "afterRollout", "onRollback"]),
  timeoutSeconds: z.number(),
  secrets: references,
};
const hook = z.union([
  z.object({ ...everyHook, command: z.array(z.string()).readonly() }),
  z.object({
    ...everyHook,
    url: z.string(),
    method: z.enum(["GET", "POST", "PUT"]),
    expectedStatus: z.number().optional(),
  }),
]);
/** A hook as a journal has it: with every default, and without a secret. */
export type PlannedHook = z.infer<typeof hook>;

const smoke = z.object({
  worker: z.string(),
  path: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  secrets: references,
  body: z.string().optional(),
  expectedStatus: z.number().optional(),
  contains: z.string().optional(),
});
export type PlannedSmoke = z.infer<typeof smoke>;

export const warmUp = z.object({
  requests: z.array(z.object({ worker: z.string(), path: z.string() })).readonly(),
  perSecond: z.number(),
  total: z.number(),
});
export type PlannedWarmUp = z.infer<typeof warmUp>;

const freeze = z.object({ cron: z.string(), hours: z.number(), timeZone: z.string(), reason: z.string() });

/** What comes beside the steps of a release: as of the moment at which it was prepared, whatever the code says later. Labels are `<system>/<name>`. */
export const conduct = z.object({
  hooks: z.array(hook).readonly(),
  smoke: z.array(smoke).readonly(),
  warmUps: z.array(warmUp).readonly(),
  freezes: z.array(freeze).readonly(),
});
export type Conduct = Readonly<z.infer<typeof conduct>>;

/** Of a release whose systems have no plan, and of one that an earlier version began. */
export const plain: Conduct = { hooks: [], smoke: [], warmUps: [], freezes: [] };

/**
 * What the plans of systems want beside their steps.
 * @param changed `<system>/<name>` of the workers that have a new version: a system with none of them wants nothing
 */
export function conductOf(systems: readonly System[], changed: readonly string[], stage: string): Conduct {
  const released = systems.filter(({ name }) => changed.some((label) => label.startsWith(`${name}/`)));
  return {
    hooks: hooksOf(released),
    smoke: released.flatMap((system) => smokeOf(system)),
    warmUps: released.flatMap((system): readonly PlannedWarmUp[] => {
      const { warmUp: declared } = system.release ?? {};
      if (declared === undefined) return [];
      const labelled = declared.requests.map(({ worker, path }) => ({
        worker: `${system.name}/${worker.name}`,
        path,
      }));
      return [{ requests: labelled, ...rateOf(system.release) }];
    }),
    freezes: freezesOf(released, stage),
  };
}

/** The hooks of systems' plans, with every default. */
export const hooksOf = (systems: readonly System[]): readonly PlannedHook[] =>
  systems.flatMap((system) =>
    (system.release?.hooks ?? []).map((each): PlannedHook => {
      const { name, at, timeoutSeconds = 60, secrets = {} } = each;
      const common = { label: `${system.name}/${name}`, at, timeoutSeconds, secrets };
      if ("command" in each) return { ...common, command: each.command };
      const { url, method = "POST", expectedStatus } = each;
      return { ...common, url, method, expectedStatus };
    }),
  );

/** How many requests each worker of a system gets before a step, and how many a second. */
export function rateOf(
  plan: Pick<ReleasePlan, "warmUp"> | undefined,
): Pick<PlannedWarmUp, "perSecond" | "total"> {
  const { perSecond = 5, total = 100 } = plan?.warmUp ?? {};
  return { perSecond, total };
}

/** The windows of systems that hold for a stage. */
export const freezesOf = (systems: readonly System[], stage: string): Conduct["freezes"] =>
  systems.flatMap((system) =>
    (system.release?.freezes ?? [])
      .filter(({ stages }) => stages?.includes(stage) ?? true)
      .map(({ cron, hours, timeZone, reason }) => ({ cron, hours, timeZone, reason })),
  );

/** What a system with a plan is asked: the smoke path of each worker that has one, and what the plan adds. */
function smokeOf(system: System): readonly PlannedSmoke[] {
  if (system.release === undefined) return [];
  const nothing = { method: "GET", headers: {}, secrets: {} };
  return [
    ...workersOf(system).flatMap(({ name, smoke: path }) =>
      path === undefined ? [] : [{ ...nothing, worker: `${system.name}/${name}`, path }],
    ),
    ...(system.release.smoke ?? []).map(({ worker, ...request }) => ({
      ...nothing,
      ...request,
      worker: `${system.name}/${worker.name}`,
    })),
  ];
}
