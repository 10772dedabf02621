import type { Snapshot } from "./ledger.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long any state can be gone back to, as on a paid plan. */
export const retentionMs = 30 * dayMs;

/**
 * Which snapshots may go. What was handed out stays for 30 days; of those taken for timestamps alone every one
 * stays for an hour, then the last of each hour for a day, then the last of each day. The newest always stays.
 */
export function outdated(snapshots: readonly Snapshot[], nowMs: number): readonly Snapshot[] {
  const newest = snapshots.at(-1);
  const slots = new Set<string>();
  return [...snapshots].reverse().filter((s) => {
    const ageMs = nowMs - s.takenMs;
    if (s === newest) return false;
    if (ageMs > retentionMs) return true;
    if (s.kept || ageMs <= hourMs) return false;
    const widthMs = ageMs <= dayMs ? hourMs : dayMs;
    const slot = `${widthMs}:${Math.floor(s.takenMs / widthMs)}`;
    if (slots.has(slot)) return true;
    slots.add(slot);
    return false;
  });
}
