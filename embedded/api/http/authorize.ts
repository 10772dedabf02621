import type { IncomingHttpHeaders } from "node:http";
import { groupFor } from "../../../src/permissions/groups.ts";
import type { Permission } from "../../../src/permissions/permission.ts";
import { ApiError } from "./service.ts";
import { allows, reaches, type Subject, statusOf, type Token } from "./tokens.ts";

/** The bearer of the Authorization header; "" when there is none. */
export const bearerOf = (headers: IncomingHttpHeaders): string =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";

/** Whose request it is. Throws Cloudflare's answers for no credentials, the kinds that only real accounts have, and wrong ones. */
export function authenticate(
  headers: IncomingHttpHeaders,
  path: string,
  findToken: (value: string) => Token | undefined,
): Token {
  if (headers.authorization === undefined) {
    if (headers["x-auth-key"] !== undefined || headers["x-auth-email"] !== undefined)
      throw new ApiError(403, 9103, "Unknown X-Auth-Key or X-Auth-Email", undefined, [
        {
          code: 9103,
          message:
            "The embedded Cloudflare knows API tokens only: set CLOUDFLARE_API_TOKEN, and unset CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL.",
        },
      ]);
    throw new ApiError(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  }
  const bearer = bearerOf(headers);
  if (bearer === "")
    throw new ApiError(400, 6003, "Invalid request headers", undefined, [
      { code: 6111, message: "Invalid format for Authorization header" },
    ]);
  const token = findToken(bearer);
  const verifies = path.endsWith("/tokens/verify");
  const status = token === undefined ? undefined : statusOf(token);
  if (token !== undefined && (verifies || status === "active")) return token;
  if (verifies) throw new ApiError(401, 1000, "Invalid API Token");
  const why =
    status === undefined
      ? "This token is not one of the embedded Cloudflare's: its connection.json has the one to use."
      : `This token is ${status === "expired" ? "expired" : "not valid yet"}.`;
  // Outside an account Cloudflare has another answer to the same.
  if (!path.startsWith("/accounts/") && path !== "/graphql")
    throw new ApiError(403, 9109, "Invalid access token", undefined, [{ code: 9109, message: why }]);
  throw new ApiError(401, 10000, "Authentication error", undefined, [{ code: 10000, message: why }]);
}

/** Cloudflare's own text does not say which permission is missing; ours adds it as a message beside the error. */
export function authorize(token: Token, wanted: Permission | undefined, subject: Subject): void {
  if (!reaches(token, subject.account)) throw refused("it is not for this account");
  if (wanted !== undefined && !allows(token, wanted, subject))
    throw refused(`it lacks the permission "${groupFor(wanted).name}" on ${thingOf(subject)}`);
}

/** The narrowest thing that a token could be for. */
const thingOf = ({ worker, bucket, zone }: Subject): string => {
  if (worker !== undefined) return `the Worker ${worker}`;
  if (bucket !== undefined) return `the bucket ${bucket}`;
  return zone === undefined ? "this account" : `the zone ${zone}`;
};

const refused = (why: string): ApiError =>
  new ApiError(403, 10000, "Authentication error", undefined, [
    { code: 10000, message: `The API token was recognised, but ${why}.` },
  ]);
