import { assertion, literal } from "../sql/literals.ts";

/** Longer than D1's 30 s limit on a request, so that a lease outlives any request sent under it. */
const leaseSeconds = 180;

/**
 * How long it lasts at the moments that a bookmark may name: a restore brings the lease of that moment back, and whoever runs next
 * waits it out.
 */
export const restingSeconds = 10;

export interface Lease {
  readonly holder: string;
  /** Grows with every holder and every renewal, by the clock too: a restore does not give numbers out again. */
  readonly fence: number;
}

const grown = "max(fence + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))";

/**
 * Takes the lease, resting, when it is free, expired or already the holder's. No row: somebody else has it. Delivered twice it keeps
 * its fence: a run must not lose the lease to its own twin.
 */
export const takeLease = (holder: string, note: string): string =>
  `UPDATE "_mig_lock" SET holder = ${literal(holder)}, fence = iif(holder IS NOT ${literal(holder)} OR expires_at <= unixepoch(), ${grown}, fence), expires_at = unixepoch() + ${restingSeconds}, note = ${literal(note)} WHERE id = 1 AND (expires_at <= unixepoch() OR holder = ${literal(holder)}) RETURNING fence`;

/** The same lease with the fence that {@link renewLease} gives it. */
export const renewed = ({ holder, fence }: Lease): Lease => ({ holder, fence: fence + 1 });

/**
 * Keeps it, with the next fence, also when it ran out and nobody took it meanwhile. No row: it was lost. What was sent under the
 * fence before can happen no more, and whoever held it at a moment that is restored later does not hold it any more.
 */
export const renewLease = (lease: Lease): string =>
  `UPDATE "_mig_lock" SET fence = ${renewed(lease).fence}, expires_at = unixepoch() + ${leaseSeconds} WHERE id = 1 AND holder = ${literal(lease.holder)} AND fence IN (${lease.fence}, ${renewed(lease).fence}) RETURNING fence`;

/** Within a file's own transaction: the next bookmark names the moment after it. */
export const restLease = ({ holder, fence }: Lease): string =>
  `UPDATE "_mig_lock" SET expires_at = unixepoch() + ${restingSeconds} WHERE id = 1 AND holder = ${literal(holder)} AND fence = ${fence}`;

/** Failing to release is harmless: it expires. */
export const releaseLease = ({ holder }: Lease): string =>
  `UPDATE "_mig_lock" SET holder = NULL, expires_at = 0 WHERE id = 1 AND holder = ${literal(holder)}`;

export const readLease = `SELECT holder, note, expires_at - unixepoch() AS seconds_left FROM "_mig_lock" WHERE id = 1`;

/** Fails the request unless the lease is still held. */
export const leaseHeld = ({ holder, fence }: Lease): string =>
  assertion(
    `EXISTS (SELECT 1 FROM "_mig_lock" WHERE holder = ${literal(holder)} AND fence = ${fence} AND expires_at > unixepoch())`,
    "the lease was lost",
  );
