/** Cloudflare's permission groups, as its dashboard and error texts name them, with the level each route asks for. */
export type Permission = `${Group}:${"Read" | "Edit"}`;

export type Group = (typeof groups)[number];

/** Every group that a limited token can carry. */
export const groups = [
  "Account Analytics",
  "Account Settings",
  "AI Gateway",
  "API Tokens",
  "D1",
  "Hyperdrive",
  "Notifications",
  "Queues",
  "Secrets Store",
  "Vectorize",
  "Workers AI",
  "Workers KV Storage",
  "Workers Observability",
  "Workers R2 Storage",
  "Workers Routes",
  "Workers Scripts",
  "Zone",
] as const;

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

/** These permissions in these accounts, and in no others. */
export interface Grant {
  readonly permissions: readonly Permission[];
  /** Ids. */
  readonly accounts: "all" | readonly string[];
}

/** Whether the token may do this in the account; `undefined` is a route of no account. Edit includes Read. */
export function allows(token: Token, wanted: Permission | undefined, account: string | undefined): boolean {
  if (wanted === undefined || token.grants === "all") return true;
  const edit: string = wanted.replace(/:Read$/, ":Edit");
  return token.grants.some(
    (grant) => covers(grant, account) && grant.permissions.some((held) => held === wanted || held === edit),
  );
}

/** Whether the token may do anything in this account; `undefined` is a route of no account. */
export const reaches = (token: Token, account: string | undefined): boolean =>
  account === undefined || token.grants === "all" || token.grants.some((grant) => covers(grant, account));

const covers = ({ accounts }: Grant, account: string | undefined): boolean =>
  account === undefined || accounts === "all" || accounts.includes(account);

/** As Cloudflare shows it; only an active one may do anything. */
export function statusOf({ notBefore, expiresOn }: Token): "active" | "disabled" | "expired" {
  if (expiresOn !== undefined && Date.parse(expiresOn) <= Date.now()) return "expired";
  return notBefore !== undefined && Date.parse(notBefore) > Date.now() ? "disabled" : "active";
}
