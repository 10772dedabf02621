import type { TacoFunction } from "../function.ts";

/** Nothing of this site is for another one's frame, and no answer is taken for what it does not say it is. */
export const onRequest: TacoFunction = async ({ next }) => {
  const response = await next();
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  return response;
};
