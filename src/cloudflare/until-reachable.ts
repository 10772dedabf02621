import { UserError } from "../diagnostic/user-error.ts";
import type { Exchanged } from "./exchange.ts";

/** A new workers.dev name takes a while to be known everywhere. */
const reachableWithinMs = 90_000;

/** Waits until a worker that was deployed just now answers with 200. @param name what it is called in an error: `The migrator Worker` */
export async function untilReachable(
  probe: () => Promise<Exchanged>,
  { name, address }: { readonly name: string; readonly address: string },
  sleep: (ms: number) => Promise<unknown>,
): Promise<void> {
  const until = Date.now() + reachableWithinMs;
  let last = "";
  for (let waitMs = 50; Date.now() < until; waitMs = Math.min(waitMs * 2, 3_000)) {
    const sent = await probe();
    if (sent.kind === "answer" && sent.status === 200) return;
    last = sent.kind === "answer" ? `HTTP ${sent.status}` : sent.message;
    await sleep(waitMs);
  }
  throw new UserError({
    what: `${name} cannot be reached`,
    where: address,
    got: last,
    expected: `an answer within ${reachableWithinMs / 1000} s of its deployment`,
    fix: "check that this machine reaches workers.dev addresses and that the account has a workers.dev subdomain; nothing was applied",
  });
}
