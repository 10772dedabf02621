/** Cloudflare's permission groups, as its dashboard and error texts name them, with the level each route asks for. */
export type Permission = `${Group}:${"Read" | "Edit"}`;

export type Group = (typeof groups)[number];

/** Every group that a limited token can carry. */
export const groups = [
  "Account Settings",
  "AI Gateway",
  "D1",
  "Hyperdrive",
  "Notifications",
  "Queues",
  "Vectorize",
  "Workers AI",
  "Workers KV Storage",
  "Workers R2 Storage",
  "Workers Routes",
  "Workers Scripts",
  "Zone",
] as const;

export interface Token {
  /** 32 hexadecimal characters; never the secret. */
  readonly id: string;
  readonly name: string;
  /** `all` for the token that the embedded process makes for itself. */
  readonly permissions: "all" | readonly Permission[];
  /** Ids of the accounts it is for. */
  readonly accounts: "all" | readonly string[];
}

/** Edit includes Read. */
export function allows(token: Token, wanted: Permission | undefined): boolean {
  if (wanted === undefined || token.permissions === "all") return true;
  const edit: string = wanted.replace(/:Read$/, ":Edit");
  return token.permissions.some((held) => held === wanted || held === edit);
}

/** Whether the token reaches this account; `undefined` is a route of no account. */
export const reaches = (token: Token, account: string | undefined): boolean =>
  account === undefined || token.accounts === "all" || token.accounts.includes(account);
