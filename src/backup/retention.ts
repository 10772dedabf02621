import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { journal, refutedBy } from "./journal.ts";
import type { BackupSettings } from "./settings.ts";
import type { Standing } from "./standing.ts";
import { draftAt } from "./store/draft.ts";

/** What becomes of each backup, and why. */
export interface Kept {
  readonly name: string;
  /** `daily`, `weekly`, `monthly`; `newest` and `proven` stay whatever the rule says. None: it goes. */
  readonly because: readonly string[];
}

/**
 * Which backups stay: the newest one of each of the last days, weeks (from Monday) and months that have any, in UTC. The newest one stays, and the
 * newest that a drill has proven.
 * @param names in any order
 */
export function retention(
  names: readonly string[],
  keep: BackupSettings["keep"],
  lastProven: string | undefined,
): readonly Kept[] {
  const newestFirst = names.toSorted().reverse();
  const stays = (period: (name: string) => string, most: number): ReadonlySet<string> => {
    const newest = new Map<string, string>();
    for (const name of newestFirst) if (!newest.has(period(name))) newest.set(period(name), name);
    return new Set([...newest.values()].slice(0, most));
  };
  const rules = [
    ["daily", stays(dayOf, keep.daily)],
    ["weekly", stays(weekOf, keep.weekly)],
    ["monthly", stays((name) => name.slice(0, 6), keep.monthly)],
    ["newest", new Set(newestFirst.slice(0, 1))],
    ["proven", new Set(lastProven === undefined ? [] : [lastProven])],
  ] as const;
  return newestFirst.map((name) => ({
    name,
    because: rules.flatMap(([rule, set]) => (set.has(name) ? [rule] : [])),
  }));
}

const dayOf = (name: string): string => name.slice(0, 8);

/** The Monday of its week. */
function weekOf(name: string): string {
  const day = new Date(`${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6, 8)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

/**
 * What the rule says of a folder's backups, as they are now. It holds for those of a worker by themselves: they have neither objects nor vectors, and take the
 * place of none that has. What nobody may rely on takes the place of none, and is not in the answer.
 */
export function keptIn(folder: string, keep: BackupSettings["keep"], standing: Standing): readonly Kept[] {
  const names = standing.sound.map(({ head }) => head.name);
  const proven = new Set(
    journal(folder).flatMap((entry) =>
      entry.proven && refutedBy(standing, entry) === undefined ? [entry.backup] : [],
    ),
  );
  const byWorker = new Set(standing.sound.flatMap(({ head }) => (head.by === "worker" ? [head.name] : [])));
  const kept = [
    names.filter((name) => byWorker.has(name)),
    names.filter((name) => !byWorker.has(name)),
  ].flatMap((group) =>
    retention(
      group,
      keep,
      group.toSorted().findLast((name) => proven.has(name)),
    ),
  );
  return kept.toSorted((a, b) => (a.name < b.name ? 1 : -1));
}

/** Removes a backup. First it loses its name: one that was cut off in the middle is none, and the next backup clears it away. */
export function removeBackup(folder: string, name: string): void {
  const draft = draftAt(join(folder, name));
  renameSync(join(folder, name), draft);
  rmSync(draft, { recursive: true });
}
