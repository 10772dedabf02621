import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import { type Lease, readLease, renewLease, takeLease } from "./lease.ts";

/** Takes the lease, or says who has it and for how long. @param note who is running: shown to whoever finds it taken */
export async function take(database: Database, holder: string, note: string): Promise<Lease> {
  const [taken] = await rows(database, [takeLease(holder, note)]);
  const fence = taken?.[0]?.["fence"];
  if (typeof fence === "number") return { holder, fence };
  const [held] = await rows(database, [readLease]);
  const { note: by, seconds_left: secondsLeft } = held?.[0] ?? {};
  throw new UserError({
    what: "Another run is migrating this database",
    where: database.label,
    got: `its lease is held by ${by ?? "somebody"} for ${secondsLeft ?? "?"} s more`,
    expected: "a free lease",
    fix: "wait for that run to end; if it is dead its lease ends by itself",
  });
}

/** Keeps it, or takes it up again when it ran out and nobody else came. @param file what is to be done under it */
export async function keep(database: Database, lease: Lease, file: string): Promise<void> {
  const [renewed] = await rows(database, [renewLease(lease)]);
  if (renewed?.length === 1) return;
  throw new UserError({
    what: "The lease was lost while migrating",
    where: `${database.label}, before ${file}`,
    got: "another run took over",
    expected: "one run at a time",
    fix: "let the other run finish, then run this again: it goes on where the ledger ends",
  });
}
