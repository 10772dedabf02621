import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import { type Lease, readLease, renewed, renewLease, restingSeconds, takeLease } from "./lease.ts";

const pollMs = 1000;

/**
 * Takes the lease, or says who has it and for how long. One that rests is waited out: it may be that of a moment that was restored, or of a
 * run that was killed between two files.
 * @param note who is running: shown to whoever finds it taken
 */
export async function take(database: Database, holder: string, note: string): Promise<Lease> {
  for (let waited = 0; ; waited++) {
    const [taken] = await rows(database, [takeLease(holder, note)]);
    const fence = taken?.[0]?.["fence"];
    if (typeof fence === "number") return { holder, fence };
    const [held] = await rows(database, [readLease]);
    const { note: by, seconds_left: secondsLeft } = held?.[0] ?? {};
    const rests = typeof secondsLeft === "number" && secondsLeft <= restingSeconds;
    if (!rests || waited > restingSeconds)
      throw new UserError({
        what: "Another run is migrating this database",
        where: database.label,
        got: `its lease is held by ${by ?? "somebody"} for ${secondsLeft ?? "?"} s more`,
        expected: "a free lease",
        fix: "wait for that run to end; if it is dead its lease ends by itself",
      });
    await database.sleep(pollMs);
  }
}

/**
 * Keeps it under the next fence, or takes it up again when it ran out and nobody else came.
 * @param what what is to be done under it, for the message
 */
export async function keep(database: Database, lease: Lease, what: string): Promise<Lease> {
  const [kept] = await rows(database, [renewLease(lease)]);
  if (kept?.length === 1) return renewed(lease);
  throw new UserError({
    what: "The lease was lost while migrating",
    where: `${database.label}, before ${what}`,
    got: "another run took over, or the database was restored to an earlier moment",
    expected: "one run at a time",
    fix: "let the other run finish, then run this again: it goes on where the ledger ends",
  });
}
