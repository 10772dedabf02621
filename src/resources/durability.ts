import type { Stage } from "../project/stage.ts";

/** What Pulumi may do to a resource that holds data. */
export interface Durability {
  /** Neither deleted nor replaced. */
  readonly protect: boolean;
  /** Should its entry in the state go all the same, the data stays at Cloudflare. */
  readonly retainOnDelete: boolean;
}

/** Data of a protected stage is never deleted. Deleting before replacing is not offered to anything that holds data. */
export const durability = (stage: Stage): Durability => ({
  protect: stage.protected,
  retainOnDelete: stage.protected,
});
