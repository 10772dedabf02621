/** Products of Cloudflare whose permissions come as Read and Edit. */
export const products = [
  "Account Analytics",
  "Account API Tokens",
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
  "Workers R2 Storage Bucket Item",
  "Workers Routes",
  "Zone",
] as const;

export type Product = (typeof products)[number];

/** What can be done to Workers, each role with all that stands before it. */
export const workersRoles = ["Metadata Read-Only", "Content Read-Only", "Editor", "Admin"] as const;

export type WorkersRole = (typeof workersRoles)[number];

/**
 * What a call of Cloudflare's API asks of a token. Edit includes Read.
 *
 * @example
 * const query: Permission = "D1:Read";
 */
export type Permission = `${Product}:${"Read" | "Edit"}` | `Workers:${WorkersRole}`;

export const permissions: readonly Permission[] = [
  ...products.flatMap((product) => [`${product}:Read`, `${product}:Edit`] as const),
  ...workersRoles.map((role) => `Workers:${role}` as const),
];
