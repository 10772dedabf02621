import type { System } from "../../../src/declare/index.ts";
import type { SystemStatements } from "../../../src/statements/kept.ts";
import { changesOf, type PlanDigest } from "../../stack/plan/plan-digest.ts";
import type { KnownBackups } from "./backups.ts";
import type { AtStake, BlastRadius, Holds, MigratedDatabase } from "./radius.ts";
import { goneIn, type Touched } from "./touched.ts";
import { usersOf } from "./users.ts";

/** What a blast radius is made from: a plan, and what was found out of what it touches. */
export interface Known {
  readonly stage: string;
  readonly systems: readonly System[];
  readonly plan: PlanDigest;
  readonly touched: readonly Touched[];
  /** How much each of those holds, in their order. */
  readonly holds: readonly Holds[];
  readonly migrations: readonly MigratedDatabase[];
  /** What the code of a system gives to its databases, by the system's name, as far as it was read. */
  readonly code: Readonly<Record<string, SystemStatements>>;
  readonly backups: KnownBackups;
}

/** What a change reaches. Asks nobody: what is not known of a count stands there as unknown. */
export function radiusOf(known: Known): BlastRadius {
  const { stage, plan, touched, migrations } = known;
  return {
    stage,
    changes: plan.changeSummary ?? {},
    gone: goneIn(changesOf(plan)),
    atStake: touched
      .map((each, at) => atStake(each, known.holds[at], known))
      .toSorted((a, b) => worstFirst.indexOf(a.becomes) - worstFirst.indexOf(b.becomes)),
    backups: known.backups.text,
    migrations,
  };
}

const worstFirst: readonly AtStake["becomes"][] = ["deleted", "replaced", "migrated", "changed"];

const uncounted: Holds = { unit: "contents", count: undefined, atLeast: false, why: "not counted" };

function atStake({ held, becomes }: Touched, holds: Holds | undefined, known: Known): AtStake {
  const { label, holder } = held;
  return {
    store: holder.kind === "class" ? `${label}, ${holder.className}` : label,
    kind: holder.kind,
    becomes,
    holds: holds ?? uncounted,
    usedBy: usersOf(held, known),
    ...(holder.kind === "d1" && { proven: known.backups.proven[label] ?? null }),
  };
}
