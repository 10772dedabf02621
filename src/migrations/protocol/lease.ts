import { literal } from "../sql/literals.ts";

/** Longer than D1's 30 s limit on a request, so that a lease outlives any request sent under it. */
const leaseSeconds = 180;

export interface Lease {
  readonly holder: string;
  readonly fence: number;
}

/**
 * Takes the lease when it is free, expired or already the holder's. No row: somebody else has it. Delivered twice it keeps its
 * fence: a run must not lose the lease to its own twin.
 */
export const takeLease = (holder: string, note: string): string =>
  `UPDATE "_mig_lock" SET holder = ${literal(holder)}, fence = fence + (holder IS NOT ${literal(holder)} OR expires_at <= unixepoch()), expires_at = unixepoch() + ${leaseSeconds}, note = ${literal(note)} WHERE id = 1 AND (expires_at <= unixepoch() OR holder = ${literal(holder)}) RETURNING fence`;

/** Keeps it, with the same fence, also when it ran out and nobody took it meanwhile. No row: it was lost. */
export const renewLease = ({ holder, fence }: Lease): string =>
  `UPDATE "_mig_lock" SET expires_at = unixepoch() + ${leaseSeconds} WHERE id = 1 AND holder = ${literal(holder)} AND fence = ${fence} RETURNING fence`;

/** Failing to release is harmless: it expires. */
export const releaseLease = ({ holder, fence }: Lease): string =>
  `UPDATE "_mig_lock" SET holder = NULL, expires_at = 0 WHERE id = 1 AND holder = ${literal(holder)} AND fence = ${fence}`;

export const readLease = `SELECT holder, note, expires_at - unixepoch() AS seconds_left FROM "_mig_lock" WHERE id = 1`;
