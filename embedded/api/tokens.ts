/** Cloudflare's permission groups, as its dashboard and error texts name them, with the level each route asks for. */
export type Permission = `${Group}:${"Read" | "Edit"}`;

export type Group =
  | "Account Settings"
  | "AI Gateway"
  | "D1"
  | "Hyperdrive"
  | "Queues"
  | "Vectorize"
  | "Workers AI"
  | "Workers KV Storage"
  | "Workers R2 Storage"
  | "Workers Routes"
  | "Workers Scripts";

export interface Token {
  readonly value: string;
  /** `all` for the token that the embedded process makes for itself. */
  readonly permissions: "all" | readonly Permission[];
}

/** Edit includes Read. */
export function allows(token: Token, wanted: Permission | undefined): boolean {
  if (wanted === undefined || token.permissions === "all") return true;
  const edit: string = wanted.replace(/:Read$/, ":Edit");
  return token.permissions.some((held) => held === wanted || held === edit);
}
