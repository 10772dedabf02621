import { ApiError } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";

/** Where a stage's things are asked for. */
export interface Asked {
  readonly api: Connection;
  readonly accountId: string;
}

/** What was found out of one thing. A value that Cloudflare did not tell is null; what it said instead is in `unknown`. */
export interface Facts {
  readonly [name: string]: string | number | boolean | null;
}

/** Facts of one thing; what Cloudflare refuses to tell of it hides nothing of the others. */
export async function unlessRefused(
  ask: () => Promise<Facts>,
): Promise<{ readonly facts: Facts; readonly unknown?: string }> {
  try {
    return { facts: await ask() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { facts: {}, unknown: error.message };
  }
}
