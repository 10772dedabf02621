import { z } from "zod";
import type { Gate } from "../../declare/index.ts";
import { conduct, warmUp } from "../hooks/conduct.ts";

const gate = z.custom<Gate>(
  (value) =>
    z.object({ kind: z.enum(["errorRate", "latency", "metric"]), name: z.string() }).safeParse(value).success,
);
const position = z.object({
  workers: z.array(z.string()).readonly(),
  percent: z.number(),
  soakSeconds: z.number(),
  gates: z.array(gate).readonly(),
  intervalSeconds: z.number(),
  ingestionSeconds: z.number(),
  patienceSeconds: z.number(),
  filesAlone: z.array(z.string()).readonly().optional(),
  score: z.object({ pass: z.number(), marginal: z.number() }).readonly().optional(),
  /** The manual gate before it. */
  approval: z.string().optional(),
});
const released = z.object({
  label: z.string(),
  script: z.string(),
  stable: z.string(),
  fresh: z.string(),
  observed: z.boolean(),
});
const judged = z.object({
  worker: z.string(),
  gate: z.string(),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  reason: z.string(),
  /** Told, without a say. */
  dryRun: z.literal(true).optional(),
});
export type Judged = z.infer<typeof judged>;
const hookRun = {
  at: z.string(),
  hook: z.string(),
  point: z.enum(["beforeRollout", "beforeStep", "afterStep", "afterRollout", "onRollback"]),
  position: z.number(),
};
const asked = z.object({
  worker: z.string(),
  path: z.string(),
  ok: z.boolean(),
  /** `200 in 12 ms`, or what was wrong. */
  said: z.string(),
});
/** What a new version answered before anybody met it. */
export type Asked = Readonly<z.infer<typeof asked>>;
const warmed = z.object({ worker: z.string(), sent: z.number(), failed: z.number() });
/** How many requests of a warm-up a new version got, and how many it answered with 500 or more, or not at all. */
export type Warmed = Readonly<z.infer<typeof warmed>>;

const ownWarmUp = z.object({
  /** As it was typed. */
  file: z.string(),
  warmUps: z.array(warmUp).readonly(),
});
/** The requests of `--warm-up <file>`: they take the place of the plans'. */
export type OwnWarmUp = Readonly<z.infer<typeof ownWarmUp>>;

/** What somebody wants of a release that runs. */
export const wishes = ["pause", "resume", "promote", "abort", "skip-gate", "approve"] as const;
export type Wish = (typeof wishes)[number];

const rollout = z.record(
  z.string(),
  z.object({ stable: z.string(), percent: z.number(), reachable: z.literal(true).optional() }),
);
/** What a stack's configuration says of the versions' shares, by `<system>/<worker>`. */
export type Rollout = Readonly<z.infer<typeof rollout>>;

/** One line of a release's journal: what was decided or done, and when (ISO 8601). */
export const entry = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("begun"),
    at: z.string(),
    id: z.string(),
    stage: z.string(),
    by: z.string(),
    ownWarmUp: ownWarmUp.optional(),
    /** What its first `up` was to bring beside new versions: migrations, stores. A line each, for people. */
    brings: z.array(z.string()).readonly().optional(),
  }),
  /** Written before anything is changed: the rollout of before, and the one of the first `up`, by which the stable versions serve. */
  z.object({
    kind: z.literal("preparing"),
    at: z.string(),
    before: rollout,
    rollout,
    /** What each system was built to, part by part: the folder brings nothing else until the release has ended. */
    parts: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  }),
  /** The new versions are uploaded, and answer nothing yet. */
  z.object({
    kind: z.literal("prepared"),
    at: z.string(),
    workers: z.array(released).readonly(),
    /** `<system>/<worker>` of those that had no version before: they answer everything already. */
    made: z.array(z.string()).readonly().optional(),
    positions: z.array(position).readonly(),
    /** The order of the workers and why, a line each, for people. */
    order: z.array(z.string()).readonly().optional(),
    /** What each system was built to. */
    digests: z.record(z.string(), z.string()).optional(),
    conduct: conduct.optional(),
  }),
  /** Somebody, or the end of a freeze, is waited for before the position is taken. */
  z.object({
    kind: z.literal("waiting"),
    at: z.string(),
    position: z.number(),
    for: z.enum(["approval", "freeze"]),
    /** Of an approval: its name. Of a freeze: its reason. */
    name: z.string(),
    /** Of a freeze that ends within a year. */
    until: z.string().optional(),
  }),
  /** The new versions have answered what they were asked at 0 %. */
  z.object({ kind: z.literal("smoked"), at: z.string(), asked: z.array(asked).readonly() }),
  /** A hook is being run; again, where a driver was killed in the middle of it. */
  z.object({ kind: z.literal("hooking"), ...hookRun }),
  z.object({
    kind: z.literal("hooked"),
    ...hookRun,
    ok: z.boolean(),
    /** `exit code 1`, `status 503`, `ended after 60 s` */
    said: z.string(),
    durationMs: z.number(),
    /** Its last words, with secrets masked. */
    output: z.string(),
  }),
  z.object({ kind: z.literal("warming"), at: z.string(), position: z.number() }),
  z.object({
    kind: z.literal("warmed"),
    at: z.string(),
    position: z.number(),
    workers: z.array(warmed).readonly(),
  }),
  z.object({ kind: z.literal("deploying"), at: z.string(), position: z.number() }),
  z.object({ kind: z.literal("deployed"), at: z.string(), position: z.number() }),
  z.object({
    kind: z.literal("measured"),
    at: z.string(),
    position: z.number(),
    judged: z.array(judged).readonly(),
  }),
  z.object({ kind: z.literal("passed"), at: z.string(), position: z.number(), reason: z.string() }),
  z.object({
    kind: z.literal("wished"),
    at: z.string(),
    wish: z.enum(wishes),
    by: z.string(),
    reason: z.string(),
    /** Of `skip-gate` and `approve`. */
    gate: z.string().optional(),
    /** By somebody who has the journal from the stack's state: the folder that it was driven from is lost. */
    takenOver: z.literal(true).optional(),
  }),
  /** From here there is only the way back. */
  z.object({ kind: z.literal("aborting"), at: z.string(), reason: z.string() }),
  /** The stable versions answer everything again; hooks are run yet. */
  z.object({ kind: z.literal("wentBack"), at: z.string() }),
  z.object({ kind: z.literal("aborted"), at: z.string() }),
  z.object({ kind: z.literal("finished"), at: z.string() }),
]);
export type Entry = z.infer<typeof entry>;
export type HookRun = Extract<Entry, { kind: "hooking" }>;
