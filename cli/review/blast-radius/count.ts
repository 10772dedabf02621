import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { contentsOf, units } from "../../../src/cloudflare/contents/contents.ts";
import type { Holder } from "../../../src/cloudflare/contents/holder.ts";
import type { Holds } from "./radius.ts";

/** Nobody waits longer for figures: what is not counted by then is said to be unknown. */
const countForMs = 10_000;

/**
 * How much each holder holds. What cannot be counted hides nothing of the others, and stops no review: what it would lose is guarded by the
 * program itself, which counts again and refuses.
 */
export async function countAll(
  api: Connection,
  accountId: string,
  holders: readonly Holder[],
  forMs = countForMs,
): Promise<readonly Holds[]> {
  const stop = new AbortController();
  const late = sleep(forMs, "late" as const, { signal: stop.signal, ref: false }).catch(
    () => "late" as const,
  );
  try {
    return await Promise.all(
      holders.map(async (holder) => {
        const unit = units[holder.kind];
        const unknown = (why: string): Holds => ({ unit, count: undefined, atLeast: false, why });
        const told = await Promise.race([counted(api, accountId, holder), late]);
        if (told === "late") return unknown(`not counted within ${forMs / 1_000} s`);
        return typeof told === "string" ? unknown(told) : { unit, ...told };
      }),
    );
  } finally {
    stop.abort();
  }
}

/** The count, or what Cloudflare said instead. */
async function counted(
  api: Connection,
  accountId: string,
  holder: Holder,
): Promise<{ readonly count: number | undefined; readonly atLeast: boolean } | string> {
  try {
    return await contentsOf(api, accountId, holder);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
