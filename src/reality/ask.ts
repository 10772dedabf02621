import { ApiError, call } from "../cloudflare/api.ts";
import type { Connection } from "../cloudflare/connection.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { widerToken } from "../diagnostic/wider-token.ts";

/** The account that is asked. */
export interface Asked {
  readonly api: Connection;
  readonly accountId: string;
}

/**
 * A read of the API; undefined where there is no such thing. Throws UserError where the token may not look.
 * @param path below the account, or from the root where it begins with a slash
 */
export async function ask(
  { api, accountId }: Asked,
  path: string,
  permission: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const whole = path.startsWith("/") ? path : `/accounts/${accountId}/${path}`;
  try {
    return await call(api, "GET", whole, undefined, headers);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Vectorize says 410 of an index that was deleted.
    if (error.status === 404 || error.status === 410) return undefined;
    throw new UserError(
      {
        what: "Cloudflare cannot be asked what is really there",
        where: `GET ${whole}`,
        got: error.message,
        expected: "an answer, or that there is no such thing",
        fix: [401, 403].includes(error.status)
          ? widerToken(permission)
          : "mend what the API names, then run again",
      },
      { cause: error },
    );
  }
}
