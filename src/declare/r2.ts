import type { BucketNotification } from "./bucket-notification.ts";
import type { Named, Shareable } from "./named.ts";

/**
 * An R2 bucket. In a protected stage it is neither deleted nor replaced; Cloudflare deletes none that holds objects.
 *
 * @example
 * const uploads: R2 = r2("uploads");
 */
export interface R2 extends Named, Shareable {
  readonly kind: "r2";
  /** Where the objects must stay. Cannot change later. @default - anywhere */
  readonly jurisdiction?: "eu" | "fedramp";
  /** Class of new objects. @default "Standard" */
  readonly storageClass?: "Standard" | "InfrequentAccess";
  /** Queues that are told of its objects. Each stage that uses a shared bucket has its own queue told. @default - none */
  readonly notifications?: readonly BucketNotification[];
}

/**
 * Declares an R2 bucket. Its name at Cloudflare has 3 to 63 of a-z, 0-9 and dashes.
 *
 * @example
 * const uploads = r2("uploads", { storageClass: "InfrequentAccess" });
 * const fonts = r2("fonts", { shared: true }); // one for all stages of the account
 */
export const r2 = (name: string, options: Omit<R2, "kind" | "name"> = {}): R2 => ({
  kind: "r2",
  name,
  ...options,
});
