import type { TacoFunction } from "../../../function.ts";
import { userOf } from "../../../sessions.ts";

/** Everything below is for whoever is signed in. */
export const onRequest: TacoFunction = async ({ request, env, data, next }) => {
  data.user = await userOf(env.AUTH_DB, request);
  return next();
};
