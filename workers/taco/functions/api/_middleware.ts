import { Refused } from "../../answers.ts";
import type { TacoFunction } from "../../function.ts";

/** What is refused below is answered as JSON; anything else that is thrown is a mistake of ours and stays one. Nothing is cached. */
const refusals: TacoFunction = async ({ next, env, request }) => {
  try {
    const response = await next();
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (env.LOG_LEVEL === "debug")
      console.debug(`${request.method} ${request.url}: ${error.status} ${error.message}`);
    return Response.json({ error: error.message }, { status: error.status });
  }
};

export const onRequest = refusals;
