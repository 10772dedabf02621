import { z } from "zod";
import type { Gate } from "../../declare/index.ts";

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
  score: z.object({ pass: z.number(), marginal: z.number() }).readonly().optional(),
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

/** What somebody wants of a release that runs. */
export const wishes = ["pause", "resume", "promote", "abort", "skip-gate"] as const;
export type Wish = (typeof wishes)[number];

const rollout = z.record(z.string(), z.object({ stable: z.string(), percent: z.number() }));
/** What a stack's configuration says of the versions' shares, by `<system>/<worker>`. */
export type Rollout = Readonly<z.infer<typeof rollout>>;

/** One line of a release's journal: what was decided or done, and when (ISO 8601). */
export const entry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("begun"), at: z.string(), id: z.string(), stage: z.string(), by: z.string() }),
  /** Written before anything is changed: the rollout of before, and the one of the first `up`, by which the stable versions serve. */
  z.object({ kind: z.literal("preparing"), at: z.string(), before: rollout, rollout }),
  /** The new versions are uploaded, and answer nothing yet. */
  z.object({
    kind: z.literal("prepared"),
    at: z.string(),
    workers: z.array(released).readonly(),
    positions: z.array(position).readonly(),
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
    gate: z.string().optional(),
  }),
  /** From here there is only the way back. */
  z.object({ kind: z.literal("aborting"), at: z.string(), reason: z.string() }),
  z.object({ kind: z.literal("aborted"), at: z.string() }),
  z.object({ kind: z.literal("finished"), at: z.string() }),
]);
export type Entry = z.infer<typeof entry>;
