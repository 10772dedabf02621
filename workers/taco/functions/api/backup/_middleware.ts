import { Refused } from "../../../answers.ts";
import { isSame } from "../../../bytes.ts";
import type { TacoFunction } from "../../../function.ts";
import { bearerOf } from "../../../sessions.ts";

/** A backup holds everybody's data: it is for whoever has the stage's admin token. */
export const onRequest: TacoFunction = async ({ request, env, next }) => {
  if (env.ADMIN_TOKEN === undefined)
    throw new Refused(503, "nobody has set the secret taco-admin-token of this stage");
  if (!(await isSame(env.ADMIN_TOKEN, bearerOf(request) ?? "")))
    throw new Refused(401, "authorization: Bearer <the stage's admin token>");
  return next();
};
