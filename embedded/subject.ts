import type { IncomingHttpHeaders } from "node:http";
import type { Subject } from "./api/http/tokens.ts";
import { findWorker } from "./api/workers/registry.ts";
import { everyZone } from "./api/zones/zone.ts";
import type { State } from "./state.ts";

/** What a call is about, by its path's parameters: what a token can be for beside an account. */
export function subjectOf(
  state: State,
  params: Readonly<Record<string, string>>,
  headers: IncomingHttpHeaders,
): Subject {
  const { account, zone, bucket } = params;
  if (zone !== undefined) return { account: everyZone(state).find(({ id }) => id === zone)?.account, zone };
  const named = params["script"] ?? params["worker"] ?? params["service"];
  return {
    account,
    worker: account === undefined || named === undefined ? undefined : findWorker(state, account, named)?.id,
    bucket: bucket === undefined ? undefined : `${jurisdictionOf(headers)}_${bucket}`,
  };
}

const jurisdictionOf = (headers: IncomingHttpHeaders): string => {
  const said = headers["cf-r2-jurisdiction"];
  return typeof said === "string" && said !== "" ? said : "default";
};
