import type { Group } from "../../../src/permissions/groups.ts";
import type { Permission } from "../../../src/permissions/permission.ts";

export interface Token {
  /** 32 hexadecimal characters; never the secret. */
  readonly id: string;
  readonly name: string;
  /** One a policy; `all` for the token that the embedded process makes for itself. */
  readonly grants: "all" | readonly Grant[];
  /** ISO 8601; before and after them it is like a wrong one. */
  readonly notBefore?: string | undefined;
  readonly expiresOn?: string | undefined;
}

/** These permission groups on these things, and on no others. */
export interface Grant {
  readonly groups: readonly Group[];
  readonly on: readonly Granted[];
}

/** What a policy names. A group counts only on a thing of its own scope. */
export type Granted =
  | { readonly scope: "user" }
  | { readonly scope: "account"; readonly account: string | "all" }
  /** A zone by its id, or all of an account, or of every account. */
  | { readonly scope: "zone"; readonly zone: string | "all"; readonly account: string | "all" }
  | { readonly scope: "worker"; readonly account: string; readonly worker: string | "all" }
  | { readonly scope: "bucket"; readonly account: string; readonly bucket: string | "all" };

/** What a call is about, as far as its path says it. */
export interface Subject {
  /** Its id; undefined for a call of no account. */
  readonly account?: string | undefined;
  /** The id of a Worker that is there. */
  readonly worker?: string | undefined;
  /** `<jurisdiction>_<name>` of a bucket. */
  readonly bucket?: string | undefined;
  /** Its id. */
  readonly zone?: string | undefined;
}

/** Whether the token may do this to that. */
export const allows = (token: Token, wanted: Permission, subject: Subject): boolean =>
  token.grants === "all" ||
  token.grants.some(({ groups, on }) =>
    groups.some(
      ({ scope, grants }) =>
        grants.includes(wanted) && on.some((granted) => granted.scope === scope && covers(granted, subject)),
    ),
  );

function covers(granted: Granted, { account, worker, bucket, zone }: Subject): boolean {
  switch (granted.scope) {
    case "user":
      return true;
    case "account":
      return account === undefined || granted.account === "all" || granted.account === account;
    case "zone":
      // A list of zones shows those that the token has.
      if (zone === undefined) return true;
      return granted.zone === zone || (granted.zone === "all" && isOrAll(granted.account, account));
    case "worker":
      return granted.account === account && worker !== undefined && isOrAll(granted.worker, worker);
    case "bucket":
      return granted.account === account && bucket !== undefined && isOrAll(granted.bucket, bucket);
    default:
      return granted satisfies never;
  }
}

const isOrAll = (granted: string, wanted: string | undefined): boolean =>
  granted === "all" || granted === wanted;

/** Whether the token may do anything in this account; `undefined` is a call of no account. */
export const reaches = (token: Token, account: string | undefined): boolean =>
  account === undefined ||
  token.grants === "all" ||
  token.grants.some(({ on }) =>
    on.some((granted) => granted.scope !== "user" && isOrAll(granted.account, account)),
  );

/** Whether the token may know of this zone. */
export const seesZone = (token: Token, zone: { readonly id: string; readonly account: string }): boolean =>
  reaches(token, zone.account) ||
  (token.grants !== "all" &&
    token.grants.some(({ on }) =>
      on.some((granted) => granted.scope === "zone" && granted.zone === zone.id),
    ));

/** As Cloudflare shows it; only an active one may do anything. */
export function statusOf({ notBefore, expiresOn }: Token): "active" | "disabled" | "expired" {
  if (expiresOn !== undefined && Date.parse(expiresOn) <= Date.now()) return "expired";
  return notBefore !== undefined && Date.parse(notBefore) > Date.now() ? "disabled" : "active";
}
