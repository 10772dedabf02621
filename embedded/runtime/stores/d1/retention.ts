import type { Snapshot } from "./ledger.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long any state can be gone back to, as on a paid plan. */
export const retentionMs = 30 * dayMs;

/** What the snapshots that nobody asked for may take of the disk, a database. */
const maximumBytes = 1024 * 1024 * 1024;

/**
 * Which snapshots may go. What was handed out stays for 30 days; of those taken for timestamps alone every one
 * stays for an hour, then the last of each hour for a day, then the last of each day, as long as they take less than
 * a gigabyte. The newest always stays. `sizeBytes` is asked for those alone that nobody asked for.
 */
export function outdated(
  snapshots: readonly Snapshot[],
  nowMs: number,
  sizeBytes: (snapshot: Snapshot) => number,
): readonly Snapshot[] {
  const newest = snapshots.at(-1);
  const slots = new Set<string>();
  let bytes = 0;
  let hasBase = false;
  return [...snapshots].reverse().filter((s) => {
    const ageMs = nowMs - s.takenMs;
    if (s === newest) return false;
    if (ageMs > retentionMs) {
      const isBase = !hasBase; // the state that the database was in 30 days ago
      hasBase = true;
      return !isBase;
    }
    if (s.kept) return false;
    bytes += sizeBytes(s);
    if (bytes > maximumBytes) return true;
    if (ageMs <= hourMs) return false;
    const widthMs = ageMs <= dayMs ? hourMs : dayMs;
    const slot = `${widthMs}:${Math.floor(s.takenMs / widthMs)}`;
    if (slots.has(slot)) return true;
    slots.add(slot);
    return false;
  });
}
