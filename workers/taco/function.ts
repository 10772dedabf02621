import type { TacoEnv } from "../../src/systems/taco.ts";
import type { User } from "./sessions.ts";

/** What functions hand on to those after them. */
export interface Data extends Record<string, unknown> {
  /** Set by the middleware of /api/me. */
  user?: User;
}

/** A function of taco. */
export type TacoFunction = PagesFunction<TacoEnv, string, Data>;

/** Who is signed in, below /api/me. */
export function userIn(data: Data): User {
  if (data.user === undefined) throw new Error("no middleware looked for a user");
  return data.user;
}
