import { UserError } from "../diagnostic/user-error.ts";
import { pull } from "./bucket/mirror.ts";
import { depotOf } from "./bucket/place.ts";
import { type Proof, proofOf } from "./journal.ts";
import type { Verified } from "./standing.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How a stage stands with its backups by what is in their place now, a bucket or a folder. A place that does not answer, or whose journal cannot be read, proves nothing. */
export async function proofNow(
  whose: Verified,
  env: () => Environment | Promise<Environment>,
  now: Date = new Date(),
): Promise<Proof> {
  try {
    await pull(await depotOf(whose, env));
    return proofOf(whose, now);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "unknown", why: `${error.diagnostic.what}: ${error.diagnostic.got}` };
  }
}
