import { z } from "zod";
import type { Serving } from "../../cloudflare/deployments.ts";
import type { MigrationFile } from "../files/reading.ts";

/** Data in the stack's configuration: contract files up to `through` may run, because these versions served alone. */
export const openingShape = z.strictObject({
  /** The last contract file that is open: `0007_drop_email.sql`. */
  through: z.string(),
  /** ISO 8601, for people. */
  openedAt: z.string(),
  /** Worker (its physical name) → the version that served it alone. */
  versions: z.record(z.string(), z.string()),
  /** File → the checksum that was looked at when it was opened. An earlier release wrote none. */
  files: z.record(z.string(), z.string()).optional(),
  /** Why nobody asked the metrics whether an older version still runs. */
  unmeasured: z.string().optional(),
});
export type Opening = z.infer<typeof openingShape>;
/** What of an opening concerns the files. */
export type Opened = Pick<Opening, "through" | "files">;

export type Eligibility =
  | { readonly kind: "eligible"; readonly versions: Readonly<Record<string, string>> }
  /** `fromMs` is known when only time is missing. */
  | { readonly kind: "waiting"; readonly reasons: readonly string[]; readonly fromMs: number | undefined };

/** The newest file that is applied. */
export interface LastApplied {
  readonly name: string;
  /** Milliseconds since 1970, by the database's clock. */
  readonly atMs: number;
}

/** Of the contract files that wait, in order, those that one opening may let run: a release goes between them and the rest. */
export function openedTogether<File extends Pick<MigrationFile, "nextRelease">>(
  waiting: readonly File[],
): readonly File[] {
  const next = waiting.findIndex((file, i) => i > 0 && file.nextRelease);
  return next < 0 ? waiting : waiting.slice(0, next);
}

/** What stands before a file that goes with the release after the last one; undefined when code was deployed since, or it does not. */
export function missingRelease(
  first: Pick<MigrationFile, "name" | "nextRelease"> | undefined,
  last: LastApplied | undefined,
  serving: readonly Serving[],
): string | undefined {
  if (first?.nextRelease !== true || last === undefined || serving.length === 0) return undefined;
  if (serving.some(({ deployedAtMs }) => deployedAtMs > last.atMs)) return undefined;
  return `${first.name} goes with the release after ${last.name}, and no worker that binds the database was deployed since that ran`;
}

/**
 * Whether old code is gone: each worker that binds the database has served one version at 100 % for the bake time.
 * Durable Objects run old code for minutes, a rollback must stay possible until somebody decides otherwise.
 * @param missing what {@link missingRelease} says
 */
export function eligibility(
  serving: readonly Serving[],
  bakeSeconds: number,
  nowMs: number,
  missing?: string,
): Eligibility {
  const reasons: string[] = missing === undefined ? [] : [missing];
  let fromMs: number | undefined = missing === undefined ? 0 : undefined;
  const versions: Record<string, string> = {};
  for (const { worker, deployedAtMs, versions: split } of serving) {
    const [only, ...others] = split;
    if (only === undefined || others.length > 0 || only.percentage !== 100) {
      reasons.push(
        only === undefined
          ? `${worker} has no deployment`
          : `${worker} is served by ${split.map((v) => `${v.id.slice(0, 8)} at ${v.percentage} %`).join(" and ")}`,
      );
      fromMs = undefined;
      continue;
    }
    versions[worker] = only.id;
    const ripeMs = deployedAtMs + bakeSeconds * 1000;
    if (ripeMs > nowMs) {
      reasons.push(
        `${worker} ${only.id.slice(0, 8)} serves alone since ${new Date(deployedAtMs).toISOString()}, ${bakeSeconds} s are asked for`,
      );
      if (fromMs !== undefined) fromMs = Math.max(fromMs, ripeMs);
    }
  }
  return reasons.length === 0 ? { kind: "eligible", versions } : { kind: "waiting", reasons, fromMs };
}

/**
 * What an opening rests on and is no longer so; empty while it holds. Another version that serves alone is as bad as two: one
 * that somebody rolled back to may still need what the contract takes away.
 */
export function brokenOpening(opening: Opening, serving: readonly Serving[]): readonly string[] {
  return serving.flatMap(({ worker, versions }) => {
    const opened = opening.versions[worker];
    if (opened === undefined)
      return [`${worker} binds the database now and did not when the contract was opened`];
    const [only, ...others] = versions;
    if (only === undefined || others.length > 0 || only.percentage !== 100)
      return [`${worker} is served by ${versions.length} versions`];
    if (only.id === opened) return [];
    return [
      `${worker} is served by ${only.id.slice(0, 8)}, and the contract was opened for ${opened.slice(0, 8)}`,
    ];
  });
}
