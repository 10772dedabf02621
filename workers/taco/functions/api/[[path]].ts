import { Refused } from "../../answers.ts";
import type { TacoFunction } from "../../function.ts";

/** Every other path: without this one it would be looked for among the static files. */
export const onRequest: TacoFunction = ({ request }) => {
  throw new Refused(404, `there is no ${request.method} ${new URL(request.url).pathname}`);
};
