import type { IncomingHttpHeaders } from "node:http";

/** Whether wrangler sent it, by its user agent, which is `wrangler/<version>` with every call. */
export const isWrangler = (agent: IncomingHttpHeaders["user-agent"] | null): boolean =>
  /^wrangler\//.test(agent ?? "");
